import type { Duplex } from 'node:stream';
import { CLOSE } from '@greenroom/protocol';
import type { Clock } from '@greenroom/rooms';
import type { WebSocket } from 'ws';
import { TokenBucket } from '../limits/token-bucket.js';
import { ConnectionQueue, untilSettled } from '../sockets/connection-queue.js';
import type { Heartbeats, Peer } from '../sockets/heartbeats.js';
import { bytesOf } from '../sockets/message.js';
import { Outlet, type Reader } from '../sockets/outlet.js';
import type { EndpointSettings } from './endpoint.options.js';
import type { Handlers } from './handlers.js';
import type { LiveConnection } from './live-connection.js';
import type { LiveEndpoint } from './live-endpoint.js';

/** One accepted connection from its `@OnConnect` to its `@OnClose`: what happens to it is handled one by one, in order. */
export class Conversation implements Peer, Reader {
  /** Its own bounds are those of the socket: it is not read while too much waits. */
  readonly #queue = new ConnectionQueue(Infinity);
  readonly #rate: TokenBucket;
  readonly #waiting = { frames: 0, bytes: 0 };
  /** It was closed from this side: what the peer still sends, or has sent, does not count. */
  #isDismissed = false;
  #hurry: () => void = () => undefined;
  #end: () => void = () => undefined;
  /** Resolves when `@OnClose` has settled. */
  readonly ended = new Promise<void>((resolve) => (this.#end = resolve));

  constructor(
    readonly connection: LiveConnection,
    private readonly socket: WebSocket,
    private readonly raw: Duplex,
    private readonly endpoint: LiveEndpoint,
    private readonly handlers: Handlers,
    private readonly settings: EndpointSettings,
    private readonly heartbeats: Heartbeats,
    private readonly clock: Clock,
  ) {
    this.#rate = new TokenBucket(settings.messages, clock);
  }

  begin(): void {
    const { connection, socket, settings, handlers, endpoint, heartbeats } = this;
    const limits = { bytes: settings.sendQueueBytes, frames: settings.sendQueueFrames };
    connection.accept(new Outlet(socket, this.raw, limits, this));
    const heard = (): void => heartbeats.heard(this);
    heartbeats.add(this);
    socket.on('ping', heard).on('pong', heard);
    socket.on('message', (data, isBinary) => {
      heard();
      this.#take(bytesOf(data), isBinary);
    });
    socket.on('error', (error) => void this.#queue.add(untilSettled(() => handlers.broke(connection, error))));
    socket.once('close', (code, reason) => {
      heartbeats.delete(this);
      endpoint.leave(connection);
      this.#queue.add(untilSettled(() => handlers.closed(connection, code, reason.toString()).then(this.#end)));
    });
    endpoint.enter(connection);
    this.#queue.add(untilSettled(() => handlers.connected(connection)));
  }

  terminate(): void {
    this.socket.terminate();
  }

  ping(): void {
    this.socket.ping();
  }

  /** Whoever is not listened to cannot be heard. */
  silent(): void {
    if (this.socket.isPaused) this.heartbeats.add(this);
    else this.socket.terminate();
  }

  #take(bytes: Buffer, isBinary: boolean): void {
    if (this.#isDismissed) return;
    const { rateLimit, receiveQueueFrames } = this.settings;
    // What was read before it was paused may be thousands.
    if (rateLimit && this.#waiting.frames >= receiveQueueFrames)
      return this.connection.end(CLOSE.tooMany, 'too many messages');
    this.#waiting.frames += 1;
    this.#waiting.bytes += bytes.length;
    if (this.#isFull()) this.socket.pause();
    this.#queue.add(untilSettled(() => this.#handle(bytes, isBinary)));
  }

  async #handle(bytes: Buffer, isBinary: boolean): Promise<void> {
    const { connection, handlers } = this;
    await this.#turn();
    if (!this.#isDismissed)
      await (isBinary ? handlers.binary(connection, bytes) : handlers.message(connection, bytes.toString()));
    this.#waiting.frames -= 1;
    this.#waiting.bytes -= bytes.length;
    if (this.socket.isPaused && !this.#isFull()) this.socket.resume();
  }

  /** Waits until the rate allows for one more. */
  async #turn(): Promise<void> {
    for (let waitMs = this.#rate.take(); waitMs > 0 && !this.#isDismissed; waitMs = this.#rate.take()) {
      await new Promise<void>((resolve) => {
        const timer = this.clock.after(waitMs, resolve);
        this.#hurry = () => {
          this.clock.cancel(timer);
          resolve();
        };
      });
    }
  }

  #isFull(): boolean {
    const { receiveQueueFrames, receiveQueueBytes } = this.settings;
    return this.#waiting.frames * 2 > receiveQueueFrames || this.#waiting.bytes > receiveQueueBytes;
  }

  closing(): void {
    this.#isDismissed = true;
    this.#hurry();
    // Else nobody would read that the peer has answered the close.
    if (this.socket.isPaused) this.socket.resume();
  }
}
