import type { ExecutionContext } from '@nestjs/common';
import type { Passage } from '../admission/passage.js';

/** What enhancers around an endpoint are asked about. */
export interface EndpointOccasion {
  /** `connect`: before it is accepted. */
  readonly type: 'connect' | 'message' | 'binary';
  /** Of the endpoint. */
  readonly path: string;
}

/** An occasion under way: the third of the arguments that enhancers get. */
export class Occasion implements EndpointOccasion {
  /** @param passage the way in, when connecting */
  constructor(
    readonly type: EndpointOccasion['type'],
    readonly path: string,
    readonly passage?: Passage<undefined, undefined>,
  ) {}

  /** No kind of room begins with a slash, so it is like none of theirs. */
  get pattern(): string {
    return `${this.path}:${this.type}`;
  }
}

/**
 * What is going on, inside a guard, interceptor or parameter decorator.
 * @returns `undefined` outside of endpoints: an HTTP request, a room, another gateway's message
 */
export const occasionOf = (context: ExecutionContext): EndpointOccasion | undefined => {
  const third: unknown = context.getArgByIndex(2);
  return third instanceof Occasion ? { type: third.type, path: third.path } : undefined;
};
