import { binaryFrame, textFrame } from '../sockets/ws-frame.js';
import type { BroadcastOptions, Bytes, Endpoint } from './connection.js';
import type { LiveConnection } from './live-connection.js';
import { asBytes, asText } from './payload.js';

/** The open connections of one endpoint. */
export class LiveEndpoint implements Endpoint {
  readonly #connections = new Set<LiveConnection>();

  constructor(readonly path: string) {}

  get size(): number {
    return this.#connections.size;
  }

  [Symbol.iterator](): Iterator<LiveConnection> {
    return this.#connections.values();
  }

  broadcast(text: string, options?: BroadcastOptions): void {
    this.#tell(textFrame(asText(text)), options);
  }

  broadcastBinary(bytes: Bytes, options?: BroadcastOptions): void {
    this.#tell(binaryFrame(asBytes(bytes)), options);
  }

  enter(connection: LiveConnection): void {
    this.#connections.add(connection);
  }

  leave(connection: LiveConnection): void {
    this.#connections.delete(connection);
  }

  /** One frame, and one piece of memory however many are slow to read it. */
  #tell(frame: Buffer, { except }: BroadcastOptions = {}): void {
    for (const connection of this.#connections) if (connection.id !== except?.id) connection.deliver(frame);
  }
}
