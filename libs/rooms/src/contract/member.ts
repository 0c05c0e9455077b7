/** What the room and the other members know of a person. The system itself is `{ id: 'system' }`. */
export interface Member {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** What a room is told of who speaks: it may be on another node. */
export interface Author {
  readonly id: string;
  readonly name: string;
}

/** Who a connection, or a caller of `RoomsService`, is. Claims stay on the connection. */
export interface Identity extends Author {
  readonly [claim: string]: unknown;
}
