/** What the room and the other members know of a person. The system itself is `{ id: 'system' }`. */
export interface Member {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** Who a connection, or a caller of `RoomsService`, is. Claims stay on the connection. */
export interface Identity {
  readonly id: string;
  readonly name: string;
  readonly [claim: string]: unknown;
}
