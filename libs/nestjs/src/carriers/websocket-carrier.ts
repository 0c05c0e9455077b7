import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Inject, Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { chooseCodec, CLOSE, HARD_FRAME_BYTES, jsonCodec, type Codec } from '@greenroom/protocol';
import { msgpackCodec } from '@greenroom/protocol/msgpack';
import { toRoomError, type Clock, type Ids } from '@greenroom/rooms';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { closeCodeOf } from '../gateway/close-code.js';
import { Connections } from '../gateway/connections.js';
import type { GatewaySettings } from '../gateway/gateway.options.js';
import { ROOMS_CLOCK, ROOMS_GATEWAY_SETTINGS, ROOMS_IDS } from '../gateway/gateway.tokens.js';
import { bearerOf, handshakeOf } from '../gateway/handshake.js';
import { Reception } from '../gateway/reception.js';
import { callerOf } from '../sockets/caller.js';
import { Heartbeats } from '../sockets/heartbeats.js';
import { bytesOf, MOST_PIECES } from '../sockets/message.js';
import { outlived } from '../sockets/unheard-error.js';
import { UpgradeRouter } from '../sockets/upgrade-router.js';
import { WebSocketEncoding } from './websocket-encoding.js';
import { WebSocketVisit, type Lobby } from './websocket-visit.js';

const CODECS: readonly Codec[] = [jsonCodec, msgpackCodec];
const ENCODINGS = new Map(CODECS.map((codec) => [codec, new WebSocketEncoding(codec)]));
/** Milliseconds that sockets have to answer a close before the process goes on shutting down. */
const CLOSE_WITHIN_MS = 1000;

/** Rooms over plain WebSockets. A refused socket is accepted first, as a browser shows its page only close codes. */
@Injectable()
export class WebSocketCarrier implements OnModuleInit, BeforeApplicationShutdown {
  readonly #logger = new Logger('Greenroom');
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: HARD_FRAME_BYTES,
    maxFragments: MOST_PIECES,
    perMessageDeflate: false,
    skipUTF8Validation: false,
    clientTracking: false,
    // Of none that we speak, the first: a browser would otherwise never see the 4400 that follows.
    handleProtocols: (offered) => chooseCodec(offered, CODECS)?.subprotocol ?? [...offered][0] ?? false,
  });
  readonly #lobby: Lobby;
  readonly #heartbeats: Heartbeats;
  /** Every socket that has not closed yet, with its visit unless it was refused. */
  readonly #sockets = new Map<WebSocket, WebSocketVisit | undefined>();
  readonly #listeners: Listeners;

  constructor(
    @Inject(ROOMS_GATEWAY_SETTINGS) private readonly settings: GatewaySettings,
    @Inject(ROOMS_CLOCK) private readonly clock: Clock,
    @Inject(ROOMS_IDS) ids: Ids,
    private readonly reception: Reception,
    private readonly connections: Connections,
    private readonly router: UpgradeRouter,
  ) {
    const sendLimits = { bytes: settings.sendQueueBytes, frames: settings.sendQueueFrames };
    this.#lobby = { reception, connections, settings, sendLimits, clock, ids, logger: this.#logger };
    this.#heartbeats = new Heartbeats(clock, { everyMs: settings.pingEveryMs, timeoutMs: settings.pingTimeoutMs });
    this.#listeners = this.#listening();
  }

  onModuleInit(): void {
    this.router.leaveToAdapter(this.settings.adapterPaths);
    this.router.route(this.settings.path, (request, socket, head) => {
      this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#arrive(webSocket, request, socket));
    });
  }

  /** An HTTP server closes only when its last socket has: who does not answer a close is not waited for. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.connections.drain('The server is going down.');
    const open = [...this.#sockets.keys()];
    const closed = Promise.all(open.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    const timer = this.clock.after(CLOSE_WITHIN_MS, () => {
      for (const socket of open) socket.terminate();
    });
    await closed;
    this.clock.cancel(timer);
  }

  #arrive(socket: WebSocket, request: IncomingMessage, raw: Duplex): void {
    const { error, close } = this.#listeners;
    socket.on('error', error).on('close', close);
    outlived(raw);
    this.#sockets.set(socket, undefined);
    const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
    const codec = chooseCodec(offered, CODECS);
    const encoding = codec && ENCODINGS.get(codec);
    if (encoding === undefined) return socket.close(CLOSE.notThisProtocol, 'none of these subprotocols');
    const caller = callerOf(request);
    try {
      this.reception.knock(caller);
    } catch (thrown) {
      const refusal = toRoomError(thrown);
      const code = this.connections.isDraining ? CLOSE.draining : closeCodeOf(refusal);
      return socket.close(code, refusal.message);
    }
    const handshake = handshakeOf(caller, this.settings.trustProxy);
    if (!this.reception.enter(handshake.address))
      return socket.close(CLOSE.tooMany, 'too many connections from this address');
    this.#visit(socket, new WebSocketVisit(socket, raw, encoding, handshake, this.#lobby), bearerOf(request));
  }

  #visit(socket: WebSocket, visit: WebSocketVisit, token: string | undefined): void {
    const { message, pong } = this.#listeners;
    this.#sockets.set(socket, visit);
    this.#heartbeats.add(visit);
    socket.on('message', message).on('pong', pong);
    if (token !== undefined) visit.begin(token);
  }

  /** One set for all sockets, each of which is `this` to them: a set for each would be most of what it costs to be connected. */
  #listening(): Listeners {
    const sockets = this.#sockets;
    const heartbeats = this.#heartbeats;
    const { reception, settings, logger } = this.#lobby;
    return {
      message(data, isBinary) {
        const visit = sockets.get(this);
        if (visit === undefined) return;
        heartbeats.heard(visit);
        visit.receive(visit.encoding.codec.decode(frameOf(data, isBinary), settings.frame));
      },
      pong() {
        const visit = sockets.get(this);
        if (visit !== undefined) heartbeats.heard(visit);
      },
      // ws closes the socket itself after an error: a frame too large (1009), broken UTF-8 (1007), a broken frame (1002).
      error: (error) => logger.debug(`a WebSocket failed: ${error.message}`),
      close() {
        const visit = sockets.get(this);
        sockets.delete(this);
        if (visit === undefined) return;
        heartbeats.delete(visit);
        reception.leave(visit.address);
        visit.ended();
      },
    };
  }
}

interface Listeners {
  readonly message: (this: WebSocket, data: RawData, isBinary: boolean) => void;
  readonly pong: (this: WebSocket) => void;
  readonly error: (this: WebSocket, error: Error) => void;
  readonly close: (this: WebSocket) => void;
}

/** A message as the codecs take it. */
function frameOf(data: RawData, isBinary: boolean): string | Uint8Array {
  const bytes = bytesOf(data);
  return isBinary ? bytes : bytes.toString();
}
