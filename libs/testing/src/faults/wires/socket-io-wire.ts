import type { Push, Reply } from '@greenroom/protocol';
import { WebSocket } from 'ws';
import { SocketWire, type WireOptions } from './socket-wire.js';
import type { Connect, WireListener } from './wire.js';

/**
 * Socket.IO's packets by hand, so that no library holds anything back, over its WebSocket transport. Data without bytes
 * only. Source: socket.io-protocol v5, engine.io-protocol v4.
 *
 * @param url `http://host:port`
 * @param options `path` is the gateway's namespace
 */
export const socketIoWire =
  (url: string, { token, path = '/rooms', timeoutMs = 5000 }: WireOptions): Connect =>
  (listener) => {
    const target = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
    const socket = new WebSocket(target, { handshakeTimeout: timeoutMs });
    return new SocketIoWire(socket, path, token, listener).whenLetIn(timeoutMs);
  };

/** `2` event, `3` ack: of a namespace, with an id, with data. */
const MESSAGE = /^4([23])([^,[]*),(\d*)(\[.*)$/s;

class SocketIoWire extends SocketWire {
  constructor(
    socket: WebSocket,
    private readonly namespace: string,
    private readonly token: string,
    listener: WireListener,
  ) {
    super(socket, listener);
    socket.on('message', (packet: Buffer) => this.#take(packet.toString()));
  }

  protected override write(op: string, ref: number, body: object): void {
    this.socket.send(`42${this.namespace},${ref}${JSON.stringify([op, body])}`);
  }

  #take(packet: string): void {
    if (this.isOver) return;
    if (packet === '2') return this.socket.send('3');
    if (packet.startsWith('0')) return this.socket.send(`40${this.namespace},${JSON.stringify({ token: this.token })}`);
    if (packet.startsWith('41') || packet.startsWith('44')) {
      this.socket.terminate();
      return this.ended();
    }
    const [, type, , id = '', data = '[]'] = MESSAGE.exec(packet) ?? [];
    if (type === '2') this.#push(JSON.parse(data) as [string, object]);
    if (type === '3') this.answer(Number(id), (JSON.parse(data) as [Reply])[0]);
  }

  #push([op, body]: readonly [string, object]): void {
    if (op === 'hello') this.opened();
    this.listener.pushed({ op, ...body } as Push);
  }
}
