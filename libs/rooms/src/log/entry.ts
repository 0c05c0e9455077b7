import type { Member } from '../contract/member.js';
import type { Place } from './place.js';

/** What every input is stamped with before a room's logic sees it, so that the logic needs no clock and no chance. */
export interface Stamp {
  /** Wall time, milliseconds since 1970. */
  readonly at: number;
  /** Unique in the room for ever; made by the framework, never the client's command id. */
  readonly id: string;
  /** 32 random bits, as an unsigned integer. */
  readonly seed: number;
}

/** Why a member, or one of their sessions, is gone. */
export type LeaveReason = 'left' | 'lost' | 'kicked' | 'expired';

/** An input that a room accepted, as the log keeps it. Plain data: JSON values and `Uint8Array`. */
export type Input =
  /** First of an epoch: this owner claimed the room. Written by the store's `claim`. */
  | { readonly type: 'barrier'; readonly owner: string }
  /** First of a room's life. */
  | { readonly type: 'open'; readonly params: unknown; readonly version: number }
  | { readonly type: 'join'; readonly member: Member; readonly data: unknown; readonly session: NewSession }
  | ({ readonly type: 'resume'; readonly session: string; readonly member: Member } & Place)
  /** The connection of a session is lost; the session waits until `until` (milliseconds since 1970). */
  | { readonly type: 'drop'; readonly session: string; readonly until: number }
  | { readonly type: 'leave'; readonly session: string; readonly reason: LeaveReason }
  /** All sessions of a member end. */
  | { readonly type: 'remove'; readonly member: string; readonly reason: LeaveReason; readonly why?: string }
  | {
      readonly type: 'command';
      readonly name: string;
      readonly data: unknown;
      readonly by: Member;
      /** The sender's own id for it, by which repeats are known. */
      readonly commandId: string;
    }
  /** A deadline of the logic has come. */
  | { readonly type: 'timer'; readonly timer: string }
  /** From outside a turn: a settled invoke, a child's event. */
  | { readonly type: 'outside'; readonly event: unknown }
  | { readonly type: 'close'; readonly reason: string };

export interface NewSession extends Place {
  readonly id: string;
  /** Digest of the secret that resumes it. */
  readonly digest: string;
}

/** A fact the room accepted. Its recipients were settled when it was committed and are never worked out again. */
export interface LoggedEvent {
  readonly seq: number;
  readonly name: string;
  /** JSON values and `Uint8Array`; `null` once redacted. */
  readonly data: unknown;
  /** Member ids it is for; absent: everyone. */
  readonly to?: readonly string[];
  /** Member ids it is not for. */
  readonly except?: readonly string[];
  readonly redacted?: true;
}

/**
 * One accepted input with all it caused. Entries of a room follow each other without a hole: the next one's `seq` is
 * this one's `last + 1`, across epochs too.
 */
export interface Entry extends Stamp {
  readonly epoch: number;
  /** First position it takes; it takes at least one, and one for each event. */
  readonly seq: number;
  readonly last: number;
  /** How many events the room had emitted before this entry. Trimming counts by it. */
  readonly index: number;
  readonly input: Input;
  readonly events: readonly LoggedEvent[];
  /** Reply data of a command. */
  readonly reply?: unknown;
  /** `true`: the input failed in the logic (a timer that threw) and changed nothing but that it is spent. */
  readonly failed?: true;
  /** Effects after the commit had been done up to this position when the entry was written. */
  readonly handled?: number;
}
