import type { ProfileOf, RoomContract } from '@greenroom/rooms';
import { DiscoveryService } from '@nestjs/core';
import { note, type HandlerDecorator } from './handler-decorator.js';

export interface JoinNote {
  readonly contract?: RoomContract;
}

/** What the explorer finds on the method with `@OnJoin`. */
export const JoinNote = DiscoveryService.createDecorator<JoinNote>();

/**
 * The method that makes a member of whoever joins: it returns what the room and the other members may know of them (the
 * contract's `member`, without `id`, which is the user's). `@MessageBody()` is the join data. A throw refuses the join.
 * Without it a member is `{ name }`. `@OnJoin(Chat)` has the compiler check what is returned.
 */
export function OnJoin(): MethodDecorator;
export function OnJoin<C extends RoomContract>(contract: C): HandlerDecorator<ProfileOf<C>>;
export function OnJoin(contract?: RoomContract): MethodDecorator {
  return note(JoinNote, 'OnJoin', contract === undefined ? {} : { contract });
}
