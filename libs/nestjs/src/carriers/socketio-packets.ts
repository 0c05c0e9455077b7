import type { Frame } from '@greenroom/rooms';

/** A push as one Socket.IO packet, and as the whole WebSocket frame engine.io would make of it. */
export interface Packet {
  readonly text: string;
  /** What `engine.io` takes beside the text. It uses the frame on an uncompressed WebSocket, the text anywhere else. */
  readonly options: { readonly compress: false; readonly wsPreEncodedFrame: readonly Buffer[] };
}

/** Packet types: engine.io's `message`, Socket.IO's `EVENT`. Source: github.com/socketio/socket.io-protocol. */
const MESSAGE = '4';
const EVENT = '2';

/** The pushes of one namespace, each encoded once however many sockets it goes to. */
export class SocketIoPackets {
  readonly #kept = new WeakMap<Frame, Packet | 'has bytes'>();

  /** `undefined`: there are bytes in it, which travel as attachments and are encoded for each socket. */
  of(frame: Frame, namespace: string): Packet | undefined {
    let packet = this.#kept.get(frame);
    if (packet === undefined) {
      packet = hasBytes(frame.push) ? 'has bytes' : encode(frame, namespace);
      this.#kept.set(frame, packet);
    }
    return packet === 'has bytes' ? undefined : packet;
  }
}

function encode(frame: Frame, namespace: string): Packet {
  const { op, ...body } = frame.push;
  const text = `${EVENT}${namespace === '/' ? '' : `${namespace},`}${JSON.stringify([op, body])}`;
  return { text, options: { compress: false, wsPreEncodedFrame: [textFrame(Buffer.from(MESSAGE + text))] } };
}

/** A whole, unmasked text message. Source: RFC 6455, 5.2. */
function textFrame(payload: Buffer): Buffer {
  const { length } = payload;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = 0x81;
  if (length < 126) header[1] = length;
  else if (length < 65_536) {
    header[1] = 126;
    header.writeUInt16BE(length, 2);
  } else {
    header[1] = 127;
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([header, payload]);
}

function hasBytes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return true;
  return Object.values(value).some(hasBytes);
}
