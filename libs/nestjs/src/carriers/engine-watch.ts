import type { Clock } from '@greenroom/rooms';
import type { Server, Socket } from 'socket.io';
import type { WebSocket } from 'ws';
import type { GatewaySettings } from '../gateway/gateway.options.js';
import type { Reception } from '../gateway/reception.js';
import { TokenBucket } from '../limits/token-bucket.js';
import { callerOf } from '../sockets/caller.js';
import { outlived } from '../sockets/unheard-error.js';
import { SocketIoOutlet } from './socketio-outlet.js';

type Engine = Socket['conn'];
type Transport = Engine['transport'];

/** Socket.IO's packet that asks to be let into a namespace. Source: github.com/socketio/socket.io-protocol. */
const CONNECT = '0';
/** Pongs that may wait for a peer who pings and does not read. Source: `ws` 8.23, which has it and which engine.io does not use yet. */
const MOST_UNREAD_PONGS = 60;

interface Watched {
  /** That it counts for. */
  readonly address: string;
  readonly outlet: SocketIoOutlet;
  readonly knocks: TokenBucket;
  unread: number;
}

/** One set for all, each of which is `this` to them. */
interface Listeners {
  readonly flush: (this: Engine) => void;
  readonly data: (this: Engine, packet: unknown) => void;
  readonly upgrade: (this: Engine, transport: Transport) => void;
  readonly close: (this: Engine) => void;
  readonly ping: (this: WebSocket) => void;
}

/**
 * Below namespaces, before and beside whoever is let in, Socket.IO answers as much as is asked and keeps it for as long as it
 * is not read. Here transports are counted from their handshake on, for as long as they live: one that asks for no namespace, or
 * for another than ours, takes up as much. One ends that knocks too often, or asks and does not read.
 */
export class EngineWatch {
  readonly #watched = new Map<Engine, Watched>();
  readonly #listeners: Listeners;

  constructor(
    private readonly reception: Reception,
    private readonly settings: GatewaySettings,
    private readonly clock: Clock,
  ) {
    this.#listeners = this.#listening();
  }

  watch({ engine: server }: Server): void {
    server.on('connection', (engine: Engine) => {
      outlived(engine.request.socket);
      const address = this.reception.addressOf(callerOf(engine.request));
      // Others have come since it was asked for.
      if (this.reception.enter(address)) this.#watch(engine, address);
      else engine.close(true);
    });
  }

  /** The writing half of a transport that is open. */
  outletOf(engine: Engine): SocketIoOutlet | undefined {
    return this.#watched.get(engine)?.outlet;
  }

  #watch(engine: Engine, address: string): void {
    const knocks = new TokenBucket(this.settings.commands, this.clock);
    this.#watched.set(engine, { address, outlet: new SocketIoOutlet(engine), knocks, unread: 0 });
    const { flush, data, upgrade, close, ping } = this.#listeners;
    engine.on('flush', flush).on('data', data).on('upgrade', upgrade).on('close', close);
    webSocketOf(engine.transport)?.on('ping', ping);
  }

  #listening(): Listeners {
    const watched = this.#watched;
    const { reception, settings } = this;
    /** Of those that do not read. */
    const unreadPongs = new WeakMap<WebSocket, number>();
    const ping: Listeners['ping'] = function () {
      const unread = this.bufferedAmount === 0 ? 0 : (unreadPongs.get(this) ?? 0) + 1;
      if (unread > MOST_UNREAD_PONGS) this.terminate();
      else if (unread === 0) unreadPongs.delete(this);
      else unreadPongs.set(this, unread);
    };
    return {
      ping,
      flush() {
        const engine = watched.get(this);
        if (engine === undefined) return;
        engine.unread = 0;
        engine.outlet.flushed();
      },
      data(packet) {
        const engine = watched.get(this);
        if (engine === undefined || typeof packet !== 'string' || !packet.startsWith(CONNECT)) return;
        engine.unread += 1;
        if (engine.knocks.take() > 0 || engine.unread > settings.sendQueueFrames) end(this);
      },
      upgrade(transport) {
        webSocketOf(transport)?.on('ping', ping);
      },
      close() {
        const engine = watched.get(this);
        if (engine !== undefined) reception.leave(engine.address);
        watched.delete(this);
      },
    };
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
