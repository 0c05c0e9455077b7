import { jsonCodec, TRUSTED_FRAME_LIMITS, type Codec, type Push, type Reply } from '@greenroom/protocol';
import { WebSocket } from 'ws';
import { SocketWire, type WireOptions } from './socket-wire.js';
import type { Connect, WireListener } from './wire.js';

/** A plain WebSocket, by the letter of the protocol. @param url `http://host:port` */
export const webSocketWire =
  (url: string, { token, path = '/rooms', timeoutMs = 5000 }: WireOptions, codec: Codec = jsonCodec): Connect =>
  (listener) => {
    const headers = { authorization: `Bearer ${token}` };
    const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, codec.subprotocol, {
      headers,
      handshakeTimeout: timeoutMs,
    });
    return new WebSocketWire(socket, codec, listener).whenLetIn(timeoutMs);
  };

class WebSocketWire extends SocketWire {
  constructor(
    socket: WebSocket,
    private readonly codec: Codec,
    listener: WireListener,
  ) {
    super(socket, listener);
    socket.on('message', (bytes: Buffer, isBinary: boolean) => this.#take(isBinary ? bytes : bytes.toString()));
  }

  protected override write(op: string, ref: number, body: object): void {
    this.socket.send(this.codec.encode({ op, ref, ...body }));
  }

  #take(bytes: string | Uint8Array): void {
    if (this.isOver) return;
    const frame = this.codec.decode(bytes, TRUSTED_FRAME_LIMITS);
    if (!frame.ok) throw new Error(`the server sent what cannot be read: ${frame.error.message}`);
    if (frame.op === 'hello') this.opened();
    if (frame.op !== 'reply') return this.listener.pushed(frame.body as unknown as Push);
    this.answer(frame.ref as number, frame.body as unknown as Reply);
  }
}
