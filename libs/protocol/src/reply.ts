import type { ErrorBody } from './error-body.js';
import type { WireEvent } from './event.js';
import type { WireMember } from './member.js';
import type { Position } from './position.js';

/** How an operation ended. On a plain WebSocket `op: 'reply'` and the operation's `ref` stand beside it. */
export type Reply<Body extends object = object> =
  ({ readonly ok: true } & Body) | { readonly ok: false; readonly error: ErrorBody };

/** A reply as one frame of a plain WebSocket. */
export type ReplyFrame<Body extends object = object> = Reply<Body> & {
  readonly op: 'reply';
  readonly ref?: number | string;
};

export interface HelloReply {
  readonly v: number;
  readonly caps: readonly string[];
}

export interface AuthReply {
  readonly user: WireMember;
  /** Milliseconds since 1970; absent when the token does not expire. */
  readonly expiresAt?: number;
}

interface Joined {
  readonly room: string;
  readonly me: WireMember;
  /** The resume secret, bound to the user. */
  readonly session: string;
  /** Where the stream goes on from: after `events` when recovered, else after `view`. */
  readonly position: Position;
  /** The first 100 at most; `members` pages through the rest. */
  readonly members: readonly WireMember[];
  /** All members, not only those listed. */
  readonly count: number;
}

/** Either every event missed since `since`, or a fresh view. Never a part. */
export type JoinReply = Joined &
  (
    | { readonly recovered: true; readonly events: readonly WireEvent[] }
    | { readonly recovered: false; readonly view: unknown }
  );

export interface MembersReply {
  readonly members: readonly WireMember[];
  readonly more: boolean;
}

/** Nothing to say but `ok`. */
export type LeaveReply = object;

export interface SendReply {
  readonly position: Position;
  /** From `room.reply`. */
  readonly data?: unknown;
  /** True when an earlier command with this id already took effect, and this is its outcome. */
  readonly duplicate?: boolean;
}

export interface HistoryReply {
  /** Ascending by `seq`. */
  readonly events: readonly WireEvent[];
  /** Whether older events are kept. */
  readonly more: boolean;
}

export interface PingReply {
  /** What the client sent. */
  readonly t?: number;
}

/** What each operation is answered with. `signal` is not answered. */
export interface ReplyBodies {
  readonly hello: HelloReply;
  readonly auth: AuthReply;
  readonly join: JoinReply;
  readonly members: MembersReply;
  readonly leave: LeaveReply;
  readonly send: SendReply;
  readonly history: HistoryReply;
  readonly ping: PingReply;
}
