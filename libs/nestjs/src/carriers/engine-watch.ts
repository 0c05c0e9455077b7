import type { Clock } from '@greenroom/rooms';
import type { Server, Socket } from 'socket.io';
import type { WebSocket } from 'ws';
import type { GatewaySettings } from '../gateway/gateway.options.js';
import { TokenBucket } from '../limits/token-bucket.js';

type Engine = Socket['conn'];
type Transport = Engine['transport'];

/** Socket.IO's packet that asks to be let into a namespace. Source: github.com/socketio/socket.io-protocol. */
const CONNECT = '0';
/** Pongs that may wait for a peer who pings and does not read. Source: `ws` 8.23, which has it and which engine.io does not use yet. */
const MOST_UNREAD_PONGS = 60;

/**
 * Below namespaces, before and beside whoever is let in, Socket.IO answers as much as is asked and keeps it for as long as it
 * is not read. Here a transport ends that knocks too often, or asks and does not read.
 */
export class EngineWatch {
  constructor(
    private readonly settings: GatewaySettings,
    private readonly clock: Clock,
  ) {}

  watch(server: Server): void {
    server.engine.on('connection', (engine: Engine) => this.#watch(engine));
  }

  #watch(engine: Engine): void {
    const knocks = new TokenBucket(this.settings.commands, this.clock);
    let unread = 0;
    engine.on('flush', () => (unread = 0));
    engine.on('data', (packet: unknown) => {
      if (typeof packet !== 'string' || !packet.startsWith(CONNECT)) return;
      unread += 1;
      if (knocks.take() > 0 || unread > this.settings.sendQueueFrames) end(engine);
    });
    watchPings(engine.transport);
    engine.on('upgrade', watchPings);
  }
}

/** Polling has none. */
const webSocketOf = (transport: Transport): WebSocket | undefined =>
  (transport as { readonly socket?: WebSocket }).socket;

/** Without a close frame: whoever comes here would not answer one. */
function end(engine: Engine): void {
  const socket = webSocketOf(engine.transport);
  engine.close(true);
  socket?.terminate();
}

function watchPings(transport: Transport): void {
  const socket = webSocketOf(transport);
  let unread = 0;
  socket?.on('ping', () => {
    unread = socket.bufferedAmount === 0 ? 0 : unread + 1;
    if (unread > MOST_UNREAD_PONGS) socket.terminate();
  });
}
