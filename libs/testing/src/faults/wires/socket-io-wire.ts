import type { Push, Reply } from '@greenroom/protocol';
import { WebSocket } from 'ws';
import type { WireOptions } from './web-socket-wire.js';
import type { Connect, Wire, WireListener } from './wire.js';

/**
 * Socket.IO's packets by hand, so that no library holds anything back, over its WebSocket transport. Data without bytes
 * only. Source: socket.io-protocol v5, engine.io-protocol v4.
 *
 * @param url `http://host:port`
 * @param options `path` is the gateway's namespace
 */
export const socketIoWire =
  (url: string, { token, path = '/rooms', timeoutMs = 5000 }: WireOptions): Connect =>
  (listener) =>
    new Promise((resolve, reject) => {
      const target = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
      const socket = new WebSocket(target, { handshakeTimeout: timeoutMs });
      const wire = new SocketIoWire(socket, path, token, listener);
      const late = setTimeout(() => socket.terminate(), timeoutMs);
      wire.onHello = () => {
        clearTimeout(late);
        resolve(wire);
      };
      wire.onRefused = () => {
        clearTimeout(late);
        reject(new Error('not let in'));
      };
    });

/** `2` event, `3` ack: of a namespace, with an id, with data. */
const MESSAGE = /^4([23])([^,[]*),(\d*)(\[.*)$/s;

class SocketIoWire implements Wire {
  onHello: () => void = () => {};
  onRefused: () => void = () => {};
  readonly #answers = new Map<number, (reply: Reply) => void>();
  #ack = 0;
  #state: 'opening' | 'open' | 'over' = 'opening';

  constructor(
    private readonly socket: WebSocket,
    private readonly namespace: string,
    private readonly token: string,
    private readonly listener: WireListener,
  ) {
    socket.on('message', (packet: Buffer) => this.#take(packet.toString()));
    socket.on('error', () => {});
    socket.on('close', () => this.#end());
  }

  ask(op: string, body: object, answered: (reply: Reply) => void): void {
    if (this.#state !== 'open') return;
    this.#ack += 1;
    this.#answers.set(this.#ack, answered);
    this.socket.send(`42${this.namespace},${this.#ack}${JSON.stringify([op, body])}`);
  }

  close(): void {
    this.#state = 'over';
    this.socket.terminate();
  }

  #take(packet: string): void {
    if (this.#state === 'over') return;
    if (packet === '2') return this.socket.send('3');
    if (packet.startsWith('0')) return this.socket.send(`40${this.namespace},${JSON.stringify({ token: this.token })}`);
    if (packet.startsWith('41') || packet.startsWith('44')) {
      this.socket.terminate();
      return this.#end();
    }
    const [, type, , id = '', data = '[]'] = MESSAGE.exec(packet) ?? [];
    if (type === '2') this.#push(JSON.parse(data) as [string, object]);
    if (type === '3') {
      const answered = this.#answers.get(Number(id));
      this.#answers.delete(Number(id));
      answered?.((JSON.parse(data) as [Reply])[0]);
    }
  }

  #push([op, body]: readonly [string, object]): void {
    if (op === 'hello') {
      this.#state = 'open';
      this.onHello();
    }
    this.listener.pushed({ op, ...body } as Push);
  }

  #end(): void {
    if (this.#state === 'opening') this.onRefused();
    if (this.#state === 'open') this.listener.ended();
    this.#state = 'over';
  }
}
