import type { Push } from '@greenroom/protocol';
import type { Encoding } from '@greenroom/rooms';
import { textFrame } from '../sockets/ws-frame.js';

/** One Socket.IO packet, and the whole WebSocket frame engine.io would make of it. */
export interface Packet {
  readonly text: string;
  readonly frame: Buffer;
  /** What `engine.io` takes beside the text. It uses the frame on an uncompressed WebSocket, the text anywhere else. */
  readonly options: { readonly compress: false; readonly wsPreEncodedFrame: readonly Buffer[] };
}

/** Packet types: engine.io's `message`, Socket.IO's `EVENT` and `ACK`. Source: github.com/socketio/socket.io-protocol. */
const MESSAGE = '4';
const EVENT = '2';
const ACK = '3';

/** The pushes and acks of one namespace as packets. `'has bytes'`: bytes travel as attachments, which are made for each socket. */
export class SocketIoPackets implements Encoding<Packet | 'has bytes'> {
  readonly #namespace: string;

  constructor(namespace: string) {
    this.#namespace = namespace === '/' ? '' : `${namespace},`;
  }

  encode(push: Push): Packet | 'has bytes' {
    if (hasBytes(push)) return 'has bytes';
    const { op, ...body } = push;
    return packetOf(EVENT + this.#namespace + JSON.stringify([op, body]));
  }

  /**
   * @param id of the packet that asked for it
   * @returns `undefined` for what Socket.IO's own encoder may make something else of than JSON
   */
  ack(id: number, data: readonly unknown[]): Packet | undefined {
    return isPlain(data) ? packetOf(`${ACK}${this.#namespace}${id}${JSON.stringify(data)}`) : undefined;
  }
}

function packetOf(text: string): Packet {
  const frame = textFrame(MESSAGE + text);
  return { text, frame, options: { compress: false, wsPreEncodedFrame: [frame] } };
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isPlain);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key of Object.keys(value)) if (!isPlain((value as Record<string, unknown>)[key])) return false;
  return true;
}

function hasBytes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return true;
  for (const key of Object.keys(value)) if (hasBytes((value as Record<string, unknown>)[key])) return true;
  return false;
}
