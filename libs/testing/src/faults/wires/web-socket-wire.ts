import { jsonCodec, TRUSTED_FRAME_LIMITS, type Codec, type Push, type Reply } from '@greenroom/protocol';
import { WebSocket } from 'ws';
import type { Connect, Wire, WireListener } from './wire.js';

export interface WireOptions {
  readonly token: string;
  /** @default '/rooms' */
  readonly path?: string;
  /** Milliseconds until it is given up. @default 5000 */
  readonly timeoutMs?: number;
}

/** A plain WebSocket, by the letter of the protocol. @param url `http://host:port` */
export const webSocketWire =
  (url: string, { token, path = '/rooms', timeoutMs = 5000 }: WireOptions, codec: Codec = jsonCodec): Connect =>
  (listener) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` };
      const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, codec.subprotocol, {
        headers,
        handshakeTimeout: timeoutMs,
      });
      const wire = new WebSocketWire(socket, codec, listener);
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

class WebSocketWire implements Wire {
  onHello: () => void = () => {};
  onRefused: () => void = () => {};
  readonly #answers = new Map<number, (reply: Reply) => void>();
  #ref = 0;
  #state: 'opening' | 'open' | 'over' = 'opening';

  constructor(
    private readonly socket: WebSocket,
    private readonly codec: Codec,
    private readonly listener: WireListener,
  ) {
    socket.on('message', (bytes: Buffer, isBinary: boolean) => this.#take(isBinary ? bytes : bytes.toString()));
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#state === 'opening') this.onRefused();
      if (this.#state === 'open') this.listener.ended();
      this.#state = 'over';
    });
  }

  ask(op: string, body: object, answered: (reply: Reply) => void): void {
    if (this.#state !== 'open') return;
    this.#ref += 1;
    this.#answers.set(this.#ref, answered);
    this.socket.send(this.codec.encode({ op, ref: this.#ref, ...body }));
  }

  close(): void {
    this.#state = 'over';
    this.socket.terminate();
  }

  #take(bytes: string | Uint8Array): void {
    if (this.#state === 'over') return;
    const frame = this.codec.decode(bytes, TRUSTED_FRAME_LIMITS);
    if (!frame.ok) throw new Error(`the server sent what cannot be read: ${frame.error.message}`);
    if (frame.op === 'hello') {
      this.#state = 'open';
      this.onHello();
    }
    if (frame.op !== 'reply') return this.listener.pushed(frame.body as unknown as Push);
    const ref = frame.ref as number;
    const answered = this.#answers.get(ref);
    this.#answers.delete(ref);
    answered?.(frame.body as unknown as Reply);
  }
}
