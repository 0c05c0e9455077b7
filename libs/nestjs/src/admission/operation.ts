import type { ExecutionContext } from '@nestjs/common';
import type { Passage } from './passage.js';

/** What a connection asks for, as guards and interceptors may see it: `operationOf(context)`. */
export type RoomOperation =
  | { readonly type: 'connect' }
  /** `params` as the client sent them, not checked yet. */
  | { readonly type: 'join'; readonly address: string; readonly kind: string; readonly params: unknown }
  | { readonly type: 'command'; readonly address: string; readonly kind: string; readonly name: string }
  | { readonly type: 'leave'; readonly address: string; readonly kind: string };

/** An operation under way, and its way into the room: the third of the arguments that enhancers get. */
export class Admitting {
  /** @param passage `undefined` for one that asks for nothing (`leave`) */
  constructor(
    readonly operation: RoomOperation,
    readonly passage: Passage<unknown, unknown> | undefined,
  ) {}

  get pattern(): string {
    return patternOf(this.operation);
  }
}

/**
 * What is being asked for, inside a guard, interceptor, or parameter decorator.
 * @returns `undefined` outside of rooms: an HTTP request, an endpoint, another gateway's message
 */
export const operationOf = (context: ExecutionContext): RoomOperation | undefined => {
  // Where Nest's own Socket.IO gateways have the ack: (client, data, ack, pattern).
  const third: unknown = context.getArgByIndex(2);
  return third instanceof Admitting ? third.operation : undefined;
};

/**
 * What `switchToWs().getPattern()` gives: `connect`, `chat:room.join`, `chat:say`, `chat:room.leave`. A kind has no colon
 * and no command's name begins with `room.`, so no two are alike.
 */
export const patternOf = (operation: RoomOperation): string => {
  if (operation.type === 'connect') return 'connect';
  return `${operation.kind}:${operation.type === 'command' ? operation.name : `room.${operation.type}`}`;
};
