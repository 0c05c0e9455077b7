import {
  DefinitionError,
  roomKind as kindFrom,
  statechart,
  validateNow,
  type CommittedEvent,
  type KindOptions,
  type LogicFactory,
  type Member,
  type RoomKind,
} from '@greenroom/rooms';
import type { RoomNote, RoomOptions } from '../decorators/room.decorator.js';
import { toMilliseconds } from '../duration.js';
import type { RoomHandlers } from './room-definition.js';

type Method = (...args: unknown[]) => unknown;

const logicOf = (name: string, { machine, logic }: RoomOptions, freeze: boolean): LogicFactory => {
  if (machine !== undefined && logic === undefined) return statechart(machine, { freeze });
  if (logic !== undefined && machine === undefined) return logic;
  throw new DefinitionError(`${name} needs a machine, or a logic of its own: @Room(contract, { machine }).`);
};

const optionsOf = (given: RoomOptions): KindOptions => {
  const { machine: _, logic: __, passivateAfter, grace, ...options } = given;
  const set = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return {
    ...set,
    ...(passivateAfter !== undefined && { passivateAfterMs: toMilliseconds(passivateAfter) }),
    ...(grace !== undefined && { graceMs: toMilliseconds(grace) }),
  };
};

const afterCommitOf = ({ afterCommit }: RoomHandlers, room: Record<string, Method>): RoomKind['afterCommit'] => {
  if (afterCommit.length === 0) return undefined;
  return async (committed: CommittedEvent) => {
    for (const { method, event } of afterCommit)
      if (event === undefined || event === committed.name) await room[method]?.(committed);
  };
};

const viewOf = ({ contract }: RoomNote, room: Record<string, Method>, checks: boolean): RoomKind['view'] => {
  if (typeof room['view'] !== 'function') return undefined;
  const schema = checks ? contract.view : undefined;
  return (state: unknown, viewer: Member | undefined) => {
    const shown = room['view']?.(state, viewer);
    const checked = validateNow(schema, shown);
    if (checked.ok) return shown;
    const wrong = checked.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new TypeError(`The view of ${contract.kind} is not what its contract says: ${wrong.join('; ')}`);
  };
};

/**
 * The kind as the engine runs it.
 * @param instance what `view` and `@AfterCommit` methods run on
 * @param checks have changes of a machine's context in place throw, and views that are not the contract's
 * @throws DefinitionError without a machine or logic, and for a duration that is none
 */
export const roomKind = (
  name: string,
  note: RoomNote,
  handlers: RoomHandlers,
  instance: object,
  checks: boolean,
): RoomKind => {
  const { contract, options } = note;
  const room = instance as Record<string, Method>;
  const view = viewOf(note, room, checks);
  const afterCommit = afterCommitOf(handlers, room);
  return kindFrom(contract, {
    ...optionsOf(options),
    logic: logicOf(name, options, checks),
    ...(view !== undefined && { view }),
    ...(afterCommit !== undefined && { afterCommit }),
  });
};
