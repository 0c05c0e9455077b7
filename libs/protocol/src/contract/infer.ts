import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Command, Directed, RoomContract, Schema } from './contract.js';

type In<T, D = unknown> = T extends Schema ? StandardSchemaV1.InferInput<T> : D;
type Out<T, D = unknown> = T extends Schema ? StandardSchemaV1.InferOutput<T> : D;
type Part<C extends RoomContract, K extends keyof RoomContract> = C extends { [X in K]: infer T } ? T : undefined;

export type ParamsOf<C extends RoomContract> = Out<Part<C, 'params'>, Readonly<Record<string, never>>>;
export type ParamsInputOf<C extends RoomContract> = In<Part<C, 'params'>, Readonly<Record<string, never>>>;
export type JoinDataOf<C extends RoomContract> = Out<Part<C, 'join'>, undefined>;
export type JoinInputOf<C extends RoomContract> = In<Part<C, 'join'>, undefined>;
export type MemberOf<C extends RoomContract> = { readonly id: string } & Out<
  Part<C, 'member'>,
  { readonly name: string }
>;
/** What `@OnJoin` returns: the member without their id, which is the user's. */
export type ProfileOf<C extends RoomContract> = In<Part<C, 'member'>, { readonly name: string }>;
export type ViewOf<C extends RoomContract> = Out<Part<C, 'view'>, unknown>;

export type CommandName<C extends RoomContract> = keyof C['commands'] & string;
export type EventName<C extends RoomContract> = keyof C['events'] & string;
export type SignalName<C extends RoomContract> = keyof NonNullable<C['signals']> & string;

type CommandSchema<T> = T extends Command<infer D, Schema> ? D : T;
/** A command's data as the room gets it. */
export type DataOf<C extends RoomContract, K extends CommandName<C>> = Out<CommandSchema<C['commands'][K]>>;
/** A command's data as its sender gives it. */
export type SendOf<C extends RoomContract, K extends CommandName<C>> = In<CommandSchema<C['commands'][K]>>;
export type ReplyOf<C extends RoomContract, K extends CommandName<C>> =
  C['commands'][K] extends Command<Schema, infer R> ? Out<R> : undefined;
export type EventOf<C extends RoomContract, K extends EventName<C>> =
  C['events'][K] extends Directed<infer D> ? Out<D> : Out<C['events'][K]>;
export type SignalOf<C extends RoomContract, K extends SignalName<C>> = In<NonNullable<C['signals']>[K]>;
