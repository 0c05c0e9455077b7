import type { Push } from '@greenroom/protocol';

/** Socket.IO's packet type for an event. Source: github.com/socketio/socket.io-protocol. */
const EVENT = 2;

/** An empty text: this push has bytes in it, which travel as attachments and must be encoded for each socket. */
export const HAS_BYTES = '';

/** Pushes as Socket.IO packets of one namespace, so that a frame for many is encoded once. */
export class SocketIoCodec {
  readonly name: string;

  constructor(private readonly namespace: string) {
    this.name = `socket.io:${namespace}`;
  }

  encode(push: object): string {
    if (hasBytes(push)) return HAS_BYTES;
    const { op, ...body } = push as Push;
    const prefix = this.namespace === '/' ? '' : `${this.namespace},`;
    return `${EVENT}${prefix}${JSON.stringify([op, body])}`;
  }
}

function hasBytes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return true;
  return Object.values(value).some(hasBytes);
}
