import type { Address } from './address.js';
import type { Position } from './position.js';

/** The room an operation is for: as the client wrote it, which is legal, and taken apart. */
interface InRoom {
  readonly room: string;
  readonly address: Address;
}

export interface HelloOperation {
  readonly op: 'hello';
  readonly v?: number;
  readonly caps?: readonly string[];
}

export interface AuthOperation {
  readonly op: 'auth';
  readonly token: string;
}

export interface JoinOperation extends InRoom {
  readonly op: 'join';
  /** Used only if this join creates the room. */
  readonly params?: unknown;
  /** The contract's join data. */
  readonly data?: unknown;
  /** The resume secret of an earlier join. */
  readonly session?: string;
  /** What the client has already seen. */
  readonly since?: Position;
  /** Rises with every join of this room that the client asks for: one of a session that comes late, after a later one, is refused. */
  readonly attempt?: number;
}

export interface MembersOperation extends InRoom {
  readonly op: 'members';
  /** The id of the last member of the page before. */
  readonly after?: string;
  /** 1 to 1000; 100 when absent. */
  readonly limit?: number;
}

export interface LeaveOperation extends InRoom {
  readonly op: 'leave';
}

export interface SendOperation extends InRoom {
  readonly op: 'send';
  readonly name: string;
  readonly data?: unknown;
  /** The command id, for de-duplication. */
  readonly id?: string;
}

export interface SignalOperation extends InRoom {
  readonly op: 'signal';
  readonly name: string;
  readonly data?: unknown;
}

export interface HistoryOperation extends InRoom {
  readonly op: 'history';
  /** Only events with a smaller `seq`; at least 1. */
  readonly before?: number;
  /** 1 to 1000; 200 when absent. */
  readonly limit?: number;
}

export interface PingOperation {
  readonly op: 'ping';
  readonly t?: number;
}

/** All that a client can ask, as `parseOperation` hands it on. */
export type Operation =
  | HelloOperation
  | AuthOperation
  | JoinOperation
  | MembersOperation
  | LeaveOperation
  | SendOperation
  | SignalOperation
  | HistoryOperation
  | PingOperation;
