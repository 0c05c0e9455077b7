import { UnavailableError } from '../errors.js';
import type { ReplyTo, Request } from '../room/request.js';
import type { Courier, Envelope, EnvelopeHandler } from './courier.js';

/** The courier between nodes of one process. */
export class MemoryCourier implements Courier {
  readonly #handlers = new Map<string, EnvelopeHandler>();

  async send<R extends Request>(node: string, envelope: Envelope<R>): Promise<ReplyTo<R>> {
    const handler = this.#handlers.get(node);
    if (handler === undefined) throw new UnavailableError();
    // The handler answers the request it was handed.
    return (await handler(envelope)) as ReplyTo<R>;
  }

  async serve(node: string, handler: EnvelopeHandler): Promise<() => void> {
    this.#handlers.set(node, handler);
    return () => {
      if (this.#handlers.get(node) === handler) this.#handlers.delete(node);
    };
  }
}
