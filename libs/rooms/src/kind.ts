import type { Identity, Member } from './contract/member.js';
import type { LoggedEvent } from './log/entry.js';
import type { Durability } from './log/store.js';
import type { LogicFactory } from './room/logic.js';
import type { Position, RoomContract } from '@greenroom/protocol';

/** How a kind of room behaves. Every field has a default. */
export interface KindOptions {
  /** How much an acknowledged command survives. @default 'fsync' */
  readonly durability?: Durability;
  /** Whether history and resume reach back before one was a member. @default 'joined' */
  readonly historyFor?: 'joined' | 'all';
  /** `on-join`: the first to join makes the room. `by-server`: only `RoomsService.create` does. @default 'on-join' */
  readonly create?: 'on-join' | 'by-server';
  /** An idle room without members is unloaded after so many milliseconds. @default 60_000 */
  readonly passivateAfterMs?: number;
  /** How long a session waits for its member to come back after a drop, milliseconds. @default 30_000 */
  readonly graceMs?: number;
  /** @default 1000 */
  readonly maxMembers?: number;
  /** Version of the machine; raise it whenever its behaviour changes. @default 1 */
  readonly version?: number;
  /** `migrations[n]` turns the saved state of version `n` into that of `n + 1`. Entries since are run by the machine as it is. */
  readonly migrations?: Readonly<Record<number, (saved: unknown) => unknown>>;
  /** What to do when a log does not fit its machine. `accept` trusts the log's events and logs a warning. @default 'refuse' */
  readonly onDiverged?: 'refuse' | 'accept';
}

/** One committed event, as `afterCommit` is handed it. */
export interface CommittedEvent extends LoggedEvent {
  readonly address: string;
  readonly position: Position;
  readonly at: number;
  readonly by?: Member;
}

/** A kind as the engine runs it: contract, logic, options, and the two things a room class may add. */
export interface RoomKind<C extends RoomContract = RoomContract> {
  readonly contract: C;
  readonly logic: LogicFactory;
  readonly options: Required<Omit<KindOptions, 'migrations'>> & Pick<KindOptions, 'migrations'>;
  /** What a viewer is shown; `viewer` is `undefined` for the server itself. Default: nothing (`null`). */
  readonly view?: (state: unknown, viewer: Member | undefined) => unknown;
  /** Called for every committed event, in order, at least once; retried until it settles. */
  readonly afterCommit?: (event: CommittedEvent) => void | Promise<void>;
}

/** Who the server itself is to a room. */
export const SYSTEM: Identity = { id: 'system', name: 'system' };

export const KIND_DEFAULTS: RoomKind['options'] = {
  durability: 'fsync',
  historyFor: 'joined',
  create: 'on-join',
  passivateAfterMs: 60_000,
  graceMs: 30_000,
  maxMembers: 1000,
  version: 1,
  onDiverged: 'refuse',
};

/** Puts a kind together from its parts, with the defaults of what is not said. */
export const roomKind = <C extends RoomContract>(
  contract: C,
  { logic, view, afterCommit, ...options }: KindOptions & Pick<RoomKind, 'logic' | 'view' | 'afterCommit'>,
): RoomKind<C> => ({
  contract,
  logic,
  options: { ...KIND_DEFAULTS, ...options },
  ...(view !== undefined && { view }),
  ...(afterCommit !== undefined && { afterCommit }),
});

/** The kind that an address names. */
export const kindOf = (address: string): string => address.slice(0, address.indexOf('/'));

/** Whether a room of it can be loaded again. One in memory may run what cannot be saved. */
export const isSavable = ({ options, logic }: RoomKind): boolean =>
  options.durability !== 'memory' || logic.whyNotDurable() === undefined;
