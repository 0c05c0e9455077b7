import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** One whole frame: `bytes` from `start` to `end`, to be read before the call returns, since the buffer is used again. */
export type FrameListener = (bytes: Buffer, start: number, end: number) => void;

const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const FINAL = 0x80;
const MASKED = 0x80;
const HEAD_END = '\r\n\r\n';
const NOTHING = Buffer.alloc(0);

/** Read into by all sockets, one at a time: what is left of it is copied before the next one reads. */
const arena = Buffer.allocUnsafeSlow(64 * 1024);

export interface UpgradeRequest {
  readonly port: number;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The mask is zero: servers undo it all the same, and it costs nothing here. Source: RFC 6455, 5.2. */
const frame = (opcode: number, payload: Buffer): Buffer => {
  const { length } = payload;
  if (length > 0xffff) throw new Error('longer than anything the benchmark says');
  const head =
    length < 126 ? [FINAL | opcode, MASKED | length] : [FINAL | opcode, MASKED | 126, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]);
};

/**
 * A WebSocket that hands on bytes as the socket gave them and decodes nothing. The load client reads several hundred thousand frames a
 * second on one core, and must not be what is measured.
 */
export class RawWebSocket {
  onFrame: FrameListener = () => undefined;
  onEnd: (why: string) => void = () => undefined;
  readonly #socket: Socket;
  #rest = NOTHING;
  #isOpen = false;
  #opened: (failure?: Error) => void = () => undefined;

  private constructor(port: number) {
    const onread = {
      buffer: arena,
      callback: (size: number, bytes: Uint8Array) => {
        this.#read(bytes as Buffer, size);
        return true;
      },
    };
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
    this.#socket.on('error', (error) => this.#ended(error.message));
    this.#socket.on('close', () => this.#ended('closed by the server'));
  }

  /** Resolves once it is upgraded. `onFrame` is there from the first frame on. */
  static open({ port, path, headers = {} }: UpgradeRequest, onFrame: FrameListener): Promise<RawWebSocket> {
    const socket = new RawWebSocket(port);
    socket.onFrame = onFrame;
    const lines = {
      Host: `127.0.0.1:${port}`,
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      'Sec-WebSocket-Version': '13',
      ...headers,
    };
    const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}`);
    socket.#socket.write([`GET ${path} HTTP/1.1`, ...head, '', ''].join('\r\n'));
    return new Promise((resolve, reject) => {
      socket.#opened = (failure) => (failure === undefined ? resolve(socket) : reject(failure));
    });
  }

  send(text: string): void {
    this.#socket.write(frame(OPCODE.text, Buffer.from(text)));
  }

  sendBinary(payload: Buffer): void {
    this.#socket.write(frame(OPCODE.binary, payload));
  }

  close(): void {
    this.onEnd = () => undefined;
    this.#socket.destroy();
  }

  #read(arrived: Buffer, size: number): void {
    const isWhole = this.#rest.length === 0;
    const bytes = isWhole ? arrived : Buffer.concat([this.#rest, arrived.subarray(0, size)]);
    const end = isWhole ? size : bytes.length;
    const start = this.#isOpen ? 0 : this.#upgraded(bytes, end);
    const read = this.#isOpen ? this.#frames(bytes, start, end) : 0;
    this.#rest = read === end ? NOTHING : Buffer.from(bytes.subarray(read, end));
  }

  /** Where the first frame starts, once the whole answer is there. */
  #upgraded(bytes: Buffer, end: number): number {
    const head = bytes.toString('latin1', 0, end);
    const length = head.indexOf(HEAD_END);
    if (length < 0) return 0;
    if (!head.startsWith('HTTP/1.1 101')) {
      this.#opened(new Error(`no upgrade: ${head.slice(0, 200)}`));
      this.close();
      return end;
    }
    this.#isOpen = true;
    this.#opened();
    return length + HEAD_END.length;
  }

  /** Hands on every whole frame; returns where the first that is not whole starts. */
  #frames(bytes: Buffer, from: number, end: number): number {
    let at = from;
    while (end - at >= 2) {
      let length = (bytes[at + 1] ?? 0) & 0x7f;
      let head = 2;
      if (length === 126) {
        if (end - at < 4) break;
        length = bytes.readUInt16BE(at + 2);
        head = 4;
      } else if (length === 127) {
        if (end - at < 10) break;
        length = Number(bytes.readBigUInt64BE(at + 2));
        head = 10;
      }
      const next = at + head + length;
      if (next > end) break;
      this.#frame((bytes[at] ?? 0) & 0x0f, bytes, at + head, next);
      at = next;
    }
    return at;
  }

  #frame(opcode: number, bytes: Buffer, start: number, end: number): void {
    if (opcode === OPCODE.text || opcode === OPCODE.binary) this.onFrame(bytes, start, end);
    else if (opcode === OPCODE.ping) this.#socket.write(frame(OPCODE.pong, Buffer.from(bytes.subarray(start, end))));
    else if (opcode === OPCODE.close)
      this.#ended(`closed with ${end - start < 2 ? 'no code' : bytes.readUInt16BE(start)}`);
  }

  #ended(why: string): void {
    this.#opened(new Error(why));
    this.onEnd(why);
  }
}
