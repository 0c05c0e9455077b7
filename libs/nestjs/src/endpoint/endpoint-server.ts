import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CLOSE } from '@greenroom/protocol';
import type { Clock, Ids, Timer } from '@greenroom/rooms';
import type { Logger } from '@nestjs/common';
import { WebSocketServer, type WebSocket } from 'ws';
import { HeadCount } from '../limits/head-count.js';
import { addressOf, callerOf } from '../sockets/caller.js';
import { Heartbeats } from '../sockets/heartbeats.js';
import { MOST_PIECES } from '../sockets/message.js';
import { Origins } from '../sockets/origins.js';
import { refuseUpgrade } from '../sockets/refuse-upgrade.js';
import { Conversation } from './conversation.js';
import type { EndpointSettings } from './endpoint.options.js';
import type { Handlers } from './handlers.js';
import { LiveConnection } from './live-connection.js';
import type { LiveEndpoint } from './live-endpoint.js';
import { PendingUpgrade } from './pending-upgrade.js';
import type { RefusalStatus } from './refusal-status.js';

/** Milliseconds that peers have to answer a close before the process goes on shutting down. */
const CLOSE_WITHIN_MS = 1000;
/** As {@link CLOSE_WITHIN_MS}, for handlers that are still at work. */
const SETTLE_WITHIN_MS = 5000;

/** Counts a connection out of its address again. */
type Leave = () => void;

/** One endpoint's way in, and all whom it has let in. */
export class EndpointServer {
  readonly #server: WebSocketServer;
  readonly #origins: Origins;
  readonly #addresses: HeadCount;
  readonly #heartbeats: Heartbeats;
  readonly #pending = new Set<PendingUpgrade>();
  readonly #conversations = new Set<Conversation>();
  #isDraining = false;
  #closed: Promise<void> | undefined;

  constructor(
    private readonly endpoint: LiveEndpoint,
    private readonly handlers: Handlers,
    private readonly settings: EndpointSettings,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly logger: Logger,
  ) {
    this.#origins = new Origins([settings.origins].flat());
    this.#addresses = new HeadCount(settings.connectionsPerAddress);
    this.#heartbeats = new Heartbeats(clock, { everyMs: settings.pingEveryMs, timeoutMs: settings.pingTimeoutMs });
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: settings.maxBytes,
      maxFragments: MOST_PIECES,
      perMessageDeflate: false,
      skipUTF8Validation: false,
      clientTracking: false,
    });
  }

  /** Somebody wants to connect. */
  knock(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const address = addressOf(callerOf(request), this.settings.trustProxy);
    const leave = this.#look(request, address);
    if (typeof leave === 'number') refuseUpgrade(socket, leave);
    else void this.#admit(request, socket, head, address, leave);
  }

  /** From here on everybody who knocks is refused (503), and everybody who is not accepted yet. */
  refuseAll(): void {
    this.#isDraining = true;
    for (const pending of this.#pending) pending.refuse(503);
  }

  /**
   * Closes all connections (1001). Resolves when their last handlers have settled, or have had their time. Called again, it is
   * the first call that counts.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.refuseAll();
    const all = [...this.#conversations];
    for (const { connection } of all) connection.end(CLOSE.draining, 'The server is going down.');
    const unanswered = this.clock.after(CLOSE_WITHIN_MS, () => {
      for (const conversation of this.#conversations) conversation.terminate();
    });
    let late: Timer | undefined;
    const settled = Promise.all(all.map(({ ended }) => ended));
    await Promise.race([settled, new Promise<void>((resolve) => (late = this.clock.after(SETTLE_WITHIN_MS, resolve)))]);
    this.clock.cancel(unanswered);
    if (late !== undefined) this.clock.cancel(late);
    if (this.#conversations.size > 0)
      this.logger.warn(`${this.endpoint.path}: ${this.#conversations.size} connections' handlers are not waited for.`);
  }

  /** What can be told without asking anybody. */
  #look({ headers }: IncomingMessage, address: string): RefusalStatus | Leave {
    if (this.#isDraining) return 503;
    if (!this.#origins.allows(headers)) return 403;
    return this.#addresses.enter(address) ? this.#leaving(address) : 429;
  }

  /** Any number of calls count once. */
  #leaving(address: string): Leave {
    let isInside = true;
    return () => {
      if (isInside) this.#addresses.leave(address);
      isInside = false;
    };
  }

  async #admit(request: IncomingMessage, socket: Duplex, head: Buffer, address: string, leave: Leave): Promise<void> {
    const pending: PendingUpgrade = new PendingUpgrade(request, socket, head, () => this.#pending.delete(pending));
    this.#pending.add(pending);
    const handshake = { headers: request.headers, address, url: request.url ?? '/' };
    const connection = new LiveConnection(this.ids.unique(), handshake, this.endpoint);
    // Whose peer has gone is counted while guards are at work for it, or going at once would be a way around the count.
    const deadline = this.clock.after(this.settings.admissionMs, () => {
      pending.refuse(503);
      leave();
    });
    const refusal = await this.handlers.admit(connection);
    this.clock.cancel(deadline);
    if (refusal !== undefined || connection.isRefused) pending.refuse(refusal ?? 403);
    const isAccepted = pending.accept(this.#server, (webSocket, raw) =>
      this.#converse(connection, webSocket, raw, leave),
    );
    if (!isAccepted) leave();
  }

  #converse(connection: LiveConnection, webSocket: WebSocket, raw: Duplex, leave: Leave): void {
    const { endpoint, handlers, settings, clock } = this;
    const heartbeats = this.#heartbeats;
    const conversation = new Conversation(connection, webSocket, raw, endpoint, handlers, settings, heartbeats, clock);
    this.#conversations.add(conversation);
    void conversation.ended.finally(() => {
      this.#conversations.delete(conversation);
      leave();
    });
    conversation.begin();
  }
}
