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
import { Heartbeat } from '../sockets/heartbeat.js';
import { bytesOf, MOST_PIECES } from '../sockets/message.js';
import { UpgradeRouter } from '../sockets/upgrade-router.js';
import { WebSocketEncoding } from './websocket-encoding.js';
import { WebSocketVisit } from './websocket-visit.js';
import { WebSocketWire } from './websocket-wire.js';

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
    // Of none that we speak, the first: a browser would otherwise never see the 4400 that follows.
    handleProtocols: (offered) => chooseCodec(offered, CODECS)?.subprotocol ?? [...offered][0] ?? false,
  });

  constructor(
    @Inject(ROOMS_GATEWAY_SETTINGS) private readonly settings: GatewaySettings,
    @Inject(ROOMS_CLOCK) private readonly clock: Clock,
    @Inject(ROOMS_IDS) private readonly ids: Ids,
    private readonly reception: Reception,
    private readonly connections: Connections,
    private readonly router: UpgradeRouter,
  ) {}

  onModuleInit(): void {
    this.router.leaveToAdapter(this.settings.adapterPaths);
    this.router.route(this.settings.path, (request, socket, head) => {
      this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#arrive(webSocket, request, socket));
    });
  }

  /** An HTTP server closes only when its last socket has: who does not answer a close is not waited for. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.connections.drain('The server is going down.');
    const open = [...this.#server.clients];
    const closed = Promise.all(open.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    const timer = this.clock.after(CLOSE_WITHIN_MS, () => {
      for (const socket of open) socket.terminate();
    });
    await closed;
    this.clock.cancel(timer);
  }

  #arrive(socket: WebSocket, request: IncomingMessage, raw: Duplex): void {
    // ws closes the socket itself after an error: a frame too large (1009), broken UTF-8 (1007), a broken frame (1002).
    socket.on('error', (error) => this.#logger.debug(`a WebSocket failed: ${error.message}`));
    const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
    const codec = chooseCodec(offered, CODECS);
    const encoding = codec && ENCODINGS.get(codec);
    if (encoding === undefined) return socket.close(CLOSE.notThisProtocol, 'none of these subprotocols');
    const caller = callerOf(request);
    try {
      this.reception.knock(caller);
    } catch (thrown) {
      const error = toRoomError(thrown);
      const code = this.connections.isDraining ? CLOSE.draining : closeCodeOf(error);
      return socket.close(code, error.message);
    }
    const leave = this.reception.enter(caller);
    if (leave === undefined) return socket.close(CLOSE.tooMany, 'too many connections from this address');
    socket.once('close', leave);
    this.#visit(socket, request, raw, encoding);
  }

  #visit(socket: WebSocket, request: IncomingMessage, raw: Duplex, encoding: WebSocketEncoding): void {
    const { settings, clock, reception, connections } = this;
    const wire = new WebSocketWire(socket, raw, encoding, settings, this.#logger, () => visit.ended());
    const handshake = handshakeOf(callerOf(request), settings.trustProxy);
    const forget = connections.opening(wire);
    const visit = new WebSocketVisit(this.ids.unique(), wire, handshake, reception, settings, clock, forget);
    const times = { everyMs: settings.pingEveryMs, timeoutMs: settings.pingTimeoutMs };
    const heartbeat = new Heartbeat(
      clock,
      times,
      () => socket.ping(),
      () => socket.terminate(),
    );
    socket.on('pong', () => heartbeat.heard());
    socket.on('message', (data, isBinary) => {
      heartbeat.heard();
      visit.receive(encoding.codec.decode(frameOf(data, isBinary), settings.frame));
    });
    socket.once('close', () => {
      heartbeat.stop();
      visit.ended();
    });
    const token = bearerOf(request);
    if (token !== undefined) visit.begin(token);
  }
}

/** A message as the codecs take it. */
function frameOf(data: RawData, isBinary: boolean): string | Uint8Array {
  const bytes = bytesOf(data);
  return isBinary ? bytes : bytes.toString();
}
