import type { ErrorCode } from './error-code.js';
import type { WireEvent } from './event.js';
import type { FrameLimits } from './limits.js';
import type { LeaveReason, WireMember } from './member.js';
import type { Position } from './position.js';

/** What a client does well to keep to. */
export interface HelloLimits extends FrameLimits {
  /** Operations of a connection, signals apart: `burst` at once, `perSecond` in the long run. Absent: no limit. */
  readonly commands?: { readonly perSecond: number; readonly burst: number };
}

/** The server's first word. */
export interface HelloPush {
  readonly op: 'hello';
  readonly v: number;
  readonly caps: readonly string[];
  readonly limits: HelloLimits;
  /** Milliseconds since 1970, by the server's clock. */
  readonly now: number;
}

/** One turn. Apply events with `seq` above your position, then your position is `to`; a gap only if `from` is above it. */
export interface EventsPush {
  readonly op: 'events';
  readonly room: string;
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  readonly events: readonly WireEvent[];
}

export interface SignalPush {
  readonly op: 'signal';
  readonly room: string;
  readonly name: string;
  readonly data: unknown;
  readonly by: WireMember;
}

/** Who came and went, gathered for 250 ms. Ignored when `at` is at or below the baseline. */
export interface PresencePush {
  readonly op: 'presence';
  readonly room: string;
  /** A `seq`. */
  readonly at: number;
  readonly joined: readonly WireMember[];
  readonly left: readonly { readonly id: string; readonly reason: LeaveReason }[];
  readonly count: number;
}

/** Reserved for kinds that sync their view: the whole of it, or a patch. */
export interface StatePush {
  readonly op: 'state';
  readonly room: string;
  readonly epoch: number;
  readonly seq: number;
  readonly view?: unknown;
  readonly patch?: unknown;
}

/** A new baseline instead of what was missed. */
export interface ResetPush {
  readonly op: 'reset';
  readonly room: string;
  readonly position: Position;
  readonly view: unknown;
  readonly members: readonly WireMember[];
  readonly reason: string;
}

/** The attachment to this room ended; the connection goes on. */
export interface ClosedPush {
  readonly op: 'closed';
  readonly room: string;
  readonly code: ErrorCode;
  readonly reason: string;
  readonly retryAfterMs?: number;
}

/** The server is draining. */
export interface GoodbyePush {
  readonly op: 'goodbye';
  readonly reason: string;
  readonly retryAfterMs: number;
}

/** All that a server says unasked. A client ignores one it does not know. */
export type Push =
  HelloPush | EventsPush | SignalPush | PresencePush | StatePush | ResetPush | ClosedPush | GoodbyePush;
