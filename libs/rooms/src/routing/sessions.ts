import type { HistoryReply, JoinReply, MembersReply, Position } from '@greenroom/protocol';

/** What one connection does with rooms. Every promise settles, with a value or a `RoomError`. */
export interface Sessions {
  /** `profile` is the member without their id (already valid); `params` and `data` are valid too. */
  join(address: string, request: JoinRequest): Promise<PendingJoin>;
  leave(address: string): Promise<void>;
  /** `data` is valid. Handed to the room before this returns: calls are applied in the order they are made. */
  send(address: string, request: SendRequest): Promise<SendResult>;
  /** Volatile: not answered; ignored where the connection has no session. `data` is valid. */
  signal(address: string, name: string, data: unknown): void;
  members(address: string, after: string | undefined, limit: number): Promise<MembersReply>;
  history(address: string, before: number | undefined, limit: number): Promise<HistoryReply>;
  /** The member the connection is in that room. */
  memberOf(address: string): { readonly id: string; readonly [field: string]: unknown } | undefined;
  /** Addresses the connection has joined. */
  addresses(): readonly string[];
  /** Ends the attachment to a room from the server's side, telling the connection `closed`. */
  end(address: string, code: 'FORBIDDEN' | 'UNAUTHENTICATED', reason: string): Promise<void>;
  /** The member is another now in what the others know of them: the user's claims have changed. `profile` is valid. */
  refresh(address: string, profile: object): Promise<void>;
  /**
   * Gives the connection a new baseline (`reset`) in place of all it was not sent of a room. When there is none, the
   * attachment ends: `closed`, to be joined again. Never rejects.
   */
  reset(address: string, reason: string): Promise<void>;
  /** The connection is lost: its sessions wait for their grace time. */
  drop(): void;
}

/** A join that the room has accepted. Nothing of the room reaches the connection before `begin`. */
export interface PendingJoin {
  readonly reply: JoinReply;
  /** The reply has been handed to the connection: what came after it follows. */
  begin(): void;
  /** The reply will not be sent: the session ends. */
  cancel(): void;
}

export interface JoinRequest {
  readonly profile: object;
  readonly params: unknown;
  readonly data: unknown;
  /** Secret of a session to resume. */
  readonly session?: string | undefined;
  readonly since?: Position | undefined;
  /** Which of the client's joins of this room it is: a room that has seen a later one of the session takes no earlier one. */
  readonly attempt?: number | undefined;
  /** Whether this join may make the room if there is none and its kind allows it; else NoSuchRoomError. */
  readonly mayCreate: boolean;
  /** Called when this join has made the room, before it settles; also when the room then refuses it. */
  readonly onCreated?: (() => void) | undefined;
}

export interface SendRequest {
  readonly name: string;
  readonly data: unknown;
  readonly commandId?: string | undefined;
  /** Milliseconds until the outcome is unknown. Default: the node's `commandDeadlineMs`. */
  readonly timeoutMs?: number | undefined;
}

export interface SendResult {
  readonly position: Position;
  readonly data?: unknown;
  readonly duplicate?: true;
}
