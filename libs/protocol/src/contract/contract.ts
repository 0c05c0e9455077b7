import type { StandardSchemaV1 } from '@standard-schema/spec';

/** Any library's schema that speaks Standard Schema: zod, valibot, arktype, ... */
export type Schema<I = unknown, O = I> = StandardSchemaV1<I, O>;

/** A command that is answered with data. */
export interface Command<D extends Schema = Schema, R extends Schema = Schema> {
  readonly data: D;
  readonly reply: R;
}

/** An event that is always for named members. */
export interface Directed<D extends Schema = Schema> {
  readonly directed: D;
}

/**
 * What a kind of room accepts and emits: a server checks by it, and a client has its types from it and nothing else.
 * Every payload is plain data: JSON values and `Uint8Array`.
 */
export interface RoomContract {
  /** First part of an address: `[A-Za-z0-9][A-Za-z0-9_.~-]{0,63}`. */
  readonly kind: string;
  /** Fixed when the room is made. Default: none. */
  readonly params?: Schema;
  /** What one joiner brings: a password, a team. Default: nothing. */
  readonly join?: Schema;
  /** What every member may know of a member, besides `id`. Default: `{ name }`. */
  readonly member?: Schema;
  readonly commands: Readonly<Record<string, Schema | Command>>;
  readonly events: Readonly<Record<string, Schema | Directed>>;
  /** Volatile: never kept, conflated or dropped. */
  readonly signals?: Readonly<Record<string, Schema>>;
  /** What a viewer is shown on joining. */
  readonly view?: Schema;
}
