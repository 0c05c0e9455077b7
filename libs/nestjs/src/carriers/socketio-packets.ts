import type { Push } from '@greenroom/protocol';
import type { Encoding } from '@greenroom/rooms';
import { textFrame } from '../sockets/ws-frame.js';

/** A push as one Socket.IO packet, and as the whole WebSocket frame engine.io would make of it. */
export interface Packet {
  readonly text: string;
  readonly frame: Buffer;
  /** What `engine.io` takes beside the text. It uses the frame on an uncompressed WebSocket, the text anywhere else. */
  readonly options: { readonly compress: false; readonly wsPreEncodedFrame: readonly Buffer[] };
}

/** Packet types: engine.io's `message`, Socket.IO's `EVENT`. Source: github.com/socketio/socket.io-protocol. */
const MESSAGE = '4';
const EVENT = '2';

/** The pushes of one namespace as packets. `'has bytes'`: bytes travel as attachments, which are made for each socket. */
export class SocketIoPackets implements Encoding<Packet | 'has bytes'> {
  readonly #head: string;

  constructor(namespace: string) {
    this.#head = `${EVENT}${namespace === '/' ? '' : `${namespace},`}`;
  }

  encode(push: Push): Packet | 'has bytes' {
    if (hasBytes(push)) return 'has bytes';
    const { op, ...body } = push;
    const text = this.#head + JSON.stringify([op, body]);
    const frame = textFrame(MESSAGE + text);
    return { text, frame, options: { compress: false, wsPreEncodedFrame: [frame] } };
  }
}

function hasBytes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return true;
  return Object.values(value).some(hasBytes);
}
