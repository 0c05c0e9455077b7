import type { Push, Reply } from '@greenroom/protocol';
import { msgpackCodec } from '@greenroom/protocol/msgpack';
import { WebSocket } from 'ws';
import { Client } from './client.js';

type Frame = { readonly op: string; readonly ref?: number } & Record<string, unknown>;

/** How objects are written on a plain WebSocket. */
export interface Wire {
  readonly subprotocol: string | undefined;
  encode(frame: object): string | Uint8Array;
  decode(bytes: Buffer): unknown;
}

/** As a script without any library would: no subprotocol asked for, `JSON.parse`. */
export const json: Wire = {
  subprotocol: undefined,
  encode: (frame) => JSON.stringify(frame),
  decode: (bytes) => JSON.parse(bytes.toString()),
};

export const msgpack: Wire = {
  subprotocol: msgpackCodec.subprotocol,
  encode: (frame) => msgpackCodec.encode(frame),
  decode: (bytes) => {
    const decoded = msgpackCodec.decode(bytes, { maxBytes: Infinity, maxDepth: Infinity, maxKeys: Infinity });
    if (!decoded.ok) throw new Error(`the server sent what cannot be read: ${decoded.error.message}`);
    return decoded.body;
  },
};

/** A bare `ws`. */
export class WebSocketClient extends Client {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (reply: Reply) => void>();
  readonly #unsent: (string | Uint8Array)[] = [];
  #ref = 0;

  constructor(
    url: string,
    private readonly wire: Wire,
    headers: Readonly<Record<string, string>>,
  ) {
    super();
    this.#socket = new WebSocket(url, wire.subprotocol ?? [], { headers: { ...headers } });
    this.#socket.on('open', () => {
      for (const frame of this.#unsent.splice(0)) this.#socket.send(frame);
    });
    this.#socket.on('message', (bytes: Buffer) => this.#take(wire.decode(bytes) as Frame));
    this.#socket.on('error', (error) => this.end({ code: undefined, reason: error.message }));
    this.#socket.on('close', (code, reason) => this.end({ code, reason: reason.toString() }));
  }

  close(): void {
    this.#socket.terminate();
  }

  protected write(op: string, body: object, answer?: (reply: Reply) => void): void {
    const ref = answer === undefined ? undefined : (this.#ref += 1);
    if (ref !== undefined && answer !== undefined) this.#answers.set(ref, answer);
    const frame = this.wire.encode({ op, ...(ref !== undefined && { ref }), ...body });
    if (this.#socket.readyState === WebSocket.CONNECTING) this.#unsent.push(frame);
    else this.#socket.send(frame);
  }

  #take(frame: Frame): void {
    if (frame.op !== 'reply') return this.receive(frame as unknown as Push);
    this.answered += 1;
    const { op: _, ref, ...reply } = frame;
    if (ref !== undefined) this.#answers.get(ref)?.(reply as unknown as Reply);
  }
}
