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
  return { text, options: { compress: false, wsPreEncodedFrame: [textFrame(MESSAGE + text)] } };
}

/**
 * A whole, unmasked text message. Source: RFC 6455, 5.2. In memory of its own: a slow reader who is kept a frame is kept all
 * that shares memory with it.
 */
function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafeSlow(start + length);
  frame[0] = 0x81;
  if (length < 126) frame[1] = length;
  else if (length < 65_536) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, start);
  return frame;
}

function hasBytes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return true;
  return Object.values(value).some(hasBytes);
}
