import type { MailboxLimits } from './room/mailbox.js';

/** Bounds of one node. Each has a number. */
export interface NodeLimits {
  /** What may wait for one room's next turn. @default 1000 letters, 4 MiB */
  readonly mailbox: MailboxLimits;
  /** A command without an answer by then has an unknown outcome, milliseconds. @default 5000 */
  readonly commandDeadlineMs: number;
  /** Commands of one member in one room that wait for their answer. @default 64 */
  readonly maxUnanswered: number;
  /** Of their data together, so that one member cannot fill the mailbox; one alone may be larger. @default 1 MiB */
  readonly maxUnansweredBytes: number;
  /** Rooms active in this process. @default 100_000 */
  readonly maxRooms: number;
  /** Events a room keeps for history and resume. @default 1000 */
  readonly historyEvents: number;
  /** Age of what it keeps, milliseconds. @default 24 h */
  readonly historyMs: number;
  /** A snapshot is saved after so many entries. @default 500 */
  readonly snapshotEntries: number;
  /** Or after so many bytes of log. @default 256 KiB */
  readonly snapshotBytes: number;
  /** How long a turn may gather before it is committed, milliseconds. @default 10 */
  readonly turnSliceMs: number;
  /** Comings and goings are gathered so long before members hear of them, milliseconds. @default 250 */
  readonly presenceMs: number;
  /** How often deadlines of sleeping rooms are looked for, milliseconds. @default 1000 */
  readonly alarmMs: number;
  /** A call of the store that has no answer by then is given up, milliseconds. @default 10_000 */
  readonly storeDeadlineMs: number;
  /** How long rooms may take to finish and save when the process ends, milliseconds. @default 6000 */
  readonly drainMs: number;
}

export const NODE_LIMITS: NodeLimits = {
  mailbox: { maxLetters: 1000, maxBytes: 4 * 1024 * 1024 },
  commandDeadlineMs: 5000,
  maxUnanswered: 64,
  maxUnansweredBytes: 1024 * 1024,
  maxRooms: 100_000,
  historyEvents: 1000,
  historyMs: 24 * 60 * 60 * 1000,
  snapshotEntries: 500,
  snapshotBytes: 256 * 1024,
  turnSliceMs: 10,
  presenceMs: 250,
  alarmMs: 1000,
  storeDeadlineMs: 10_000,
  drainMs: 6000,
};
