import type { JoinReply } from '@greenroom/protocol';
import type { InvalidError, RoomKind, SendResult } from '@greenroom/rooms';
import type { RoomsConnection } from '../gateway/rooms-connection.js';

export interface JoinAttempt {
  readonly address: string;
  readonly kind: RoomKind;
  /** As the client sent them. */
  readonly params: unknown;
  readonly data: unknown;
}

export interface CommandAttempt {
  readonly address: string;
  readonly kind: RoomKind;
  readonly name: string;
  readonly data: unknown;
}

export interface AdmittedJoin {
  /** The member without their id. */
  readonly profile: object;
  /** Valid; `undefined` when the room cannot be made with them. */
  readonly params: unknown;
  readonly data: unknown;
  /** Why the room could not be made: no params came, and the contract cannot do without. Enough for one that exists. */
  readonly unmakeable?: InvalidError;
}

/**
 * What the app's guards, pipes, interceptors and room classes say about one operation. `go` is called at most once, at
 * the very inside of it all; what it resolves to travels back out through the interceptors, which may change it. When
 * `go` was not reached the operation is refused, whatever came back: fail closed. Everything rejects with a `RoomError`.
 */
export interface Admission {
  connect(connection: RoomsConnection): Promise<void>;
  join(
    connection: RoomsConnection,
    attempt: JoinAttempt,
    go: (admitted: AdmittedJoin) => Promise<JoinReply>,
  ): Promise<JoinReply>;
  command(
    connection: RoomsConnection,
    attempt: CommandAttempt,
    go: (data: unknown) => Promise<SendResult>,
  ): Promise<SendResult>;
  /** Schema only. */
  signal(connection: RoomsConnection, attempt: CommandAttempt): Promise<unknown>;
  /** `@OnLeave` methods; errors are logged. */
  left(connection: RoomsConnection, kind: RoomKind, address: string): Promise<void>;
}
