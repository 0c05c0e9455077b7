import type { RoomContract, SendOf } from '@greenroom/rooms';
import { DiscoveryService } from '@nestjs/core';
import { note, type HandlerDecorator } from './handler-decorator.js';

export interface CommandNote {
  readonly name: string;
  /** Given for the compiler's sake; compared with the room's at start-up. */
  readonly contract?: RoomContract;
}

/** What the explorer finds on methods with `@OnCommand`. */
export const CommandNote = DiscoveryService.createDecorator<CommandNote>();

/**
 * A method that runs before the room takes a command, on the node of the sender's connection: services are called here.
 * What it returns replaces the command's data and is checked by the contract again; `undefined` keeps the data; a throw
 * refuses the command. Its parameters are Nest's own: `@MessageBody()` is the data after the pipes and the contract.
 *
 * `@OnCommand('say')` is checked when the app starts. `@OnCommand(Chat, 'say')` is checked by the compiler as well, the
 * name and what the method returns.
 */
export function OnCommand(name: string): MethodDecorator;
export function OnCommand<C extends RoomContract, K extends keyof C['commands'] & string>(
  contract: C,
  name: K,
  // oxlint-disable-next-line typescript/no-invalid-void-type -- a method that returns nothing keeps the data
): HandlerDecorator<SendOf<C, K> | undefined | void>;
export function OnCommand(...given: [string] | [RoomContract, string]): MethodDecorator {
  return note(
    CommandNote,
    'OnCommand',
    given.length === 1 ? { name: given[0] } : { contract: given[0], name: given[1] },
  );
}
