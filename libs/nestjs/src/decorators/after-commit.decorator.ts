import type { CommittedEvent, EventName, EventOf, RoomContract } from '@greenroom/rooms';
import { DiscoveryService } from '@nestjs/core';
import { note } from './handler-decorator.js';

export interface AfterCommitNote {
  /** Absent: every event. */
  readonly name?: string;
  readonly contract?: RoomContract;
}

/** What the explorer finds on methods with `@AfterCommit`. */
export const AfterCommitNote = DiscoveryService.createDecorator<AfterCommitNote>();

/** A committed event whose payload the contract tells. */
export type CommittedEventOf<C extends RoomContract, K extends EventName<C>> = Omit<CommittedEvent, 'name' | 'data'> & {
  readonly name: K;
  /** `null` once redacted. */
  readonly data: EventOf<C, K> | null;
};

/** A method decorator for `(event) => ...`. */
type EventDecorator<Event> = <M extends (event: Event) => unknown>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/**
 * A method that is handed each event (or each of that name) once it is in the room's log, in order, with its position.
 * At least once: after a crash it may come again, so what it does should be told by the position. It is tried again until
 * it settles. Runs where the room runs, without guards or pipes; its only parameter is the {@link CommittedEvent}.
 */
export function AfterCommit(name?: string): EventDecorator<CommittedEvent>;
export function AfterCommit<C extends RoomContract, K extends keyof C['events'] & string>(
  contract: C,
  name: K,
): EventDecorator<CommittedEventOf<C, K>>;
export function AfterCommit(
  ...given: [name?: string | undefined] | [contract: RoomContract, name: string]
): MethodDecorator {
  if (given.length === 2) return note(AfterCommitNote, 'AfterCommit', { contract: given[0], name: given[1] });
  const [name] = given;
  return note(AfterCommitNote, 'AfterCommit', name === undefined ? {} : { name: name });
}
