/**
 * Where a reader stands in a room's stream: it has seen everything up to and including `seq` of `epoch`.
 * Both are safe integers, at least 0. Clients treat `epoch` as opaque: it is only compared for equality.
 */
export interface Position {
  readonly epoch: number;
  readonly seq: number;
}
