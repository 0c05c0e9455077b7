import { isName, type Command, type Directed, type RoomContract, type Schema } from '@greenroom/protocol';
import { DefinitionError } from '../errors.js';
import type { CheckedContract } from './payload.js';

/** A command that is answered with data: `command(dataSchema, replySchema)`. */
export const command = <D extends Schema, R extends Schema>(data: D, reply: R): Command<D, R> => ({ data, reply });

/** An event that is never for all: its builder asks for the members it is for. */
export const directed = <D extends Schema>(data: D): Directed<D> => ({ directed: data });

export const isCommandWithReply = (part: Schema | Command): part is Command => !('~standard' in part);
export const isDirected = (part: Schema | Directed): part is Directed => !('~standard' in part);

/** Names of the framework's own inputs and outputs; neither contracts nor clients may use them. */
const isReserved = (name: string): boolean => name.startsWith('room.') || name.startsWith('xstate.');

const checkNames = (kind: string, what: string, names: readonly string[]): void => {
  for (const name of names) {
    if (isReserved(name)) throw new DefinitionError(`${kind}: ${what} ${name} has a reserved name (room.*, xstate.*).`);
    if (name === '' || name.length > 64 || name === '*')
      throw new DefinitionError(`${kind}: ${what} "${name}" needs a name of 1 to 64 characters other than *.`);
  }
};

/**
 * Declares a kind of room. The types of everything else follow from what is given here.
 * @throws DefinitionError for a name that cannot be used.
 */
export const defineRoom = <const C extends RoomContract>(contract: C & CheckedContract<C>): C => {
  if (!isName(contract.kind)) throw new DefinitionError(`A room cannot be of kind "${String(contract.kind)}".`);
  checkNames(contract.kind, 'command', Object.keys(contract.commands));
  checkNames(contract.kind, 'event', Object.keys(contract.events));
  checkNames(contract.kind, 'signal', Object.keys(contract.signals ?? {}));
  return contract;
};
