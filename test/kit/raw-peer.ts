import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { within } from './within.js';

/** What a frame of RFC 6455 says of itself. By default as a well-behaved client would: whole, masked text. */
export interface RawFrame {
  readonly opcode?: number;
  readonly isFinal?: boolean;
  /** The three reserved bits, 0 to 7. */
  readonly reserved?: number;
  readonly isMasked?: boolean;
  readonly payload?: Uint8Array | string;
  /** The length that is told, whatever is sent. */
  readonly claimed?: bigint;
}

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** One frame, right or wrong. */
export function rawFrame(frame: RawFrame = {}): Buffer {
  const { opcode = OPCODE.text, isFinal = true, reserved = 0, isMasked = true, payload = '' } = frame;
  const bytes = Buffer.from(payload);
  const length = frame.claimed ?? BigInt(bytes.length);
  const head = Buffer.alloc(length < 126n ? 2 : length < 65_536n ? 4 : 10);
  head[0] = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  if (head.length === 2) head[1] = Number(length);
  else head[1] = head.length === 4 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(Number(length), 2);
  if (head.length === 10) head.writeBigUInt64BE(length, 2);
  if (!isMasked) return Buffer.concat([head, bytes]);
  head[1] |= 0x80;
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, bytes.map((byte, at) => byte ^ (mask[at % 4] ?? 0))]);
}

/** A peer below all libraries: bytes on a TCP connection, and what comes back. */
export class RawPeer {
  /** All that has come, headers first. */
  received = Buffer.alloc(0);
  isOver = false;
  readonly over: Promise<void>;
  readonly #watching = new Set<() => void>();

  constructor(readonly socket: Socket) {
    socket.on('data', (bytes) => {
      this.received = Buffer.concat([this.received, Buffer.from(bytes)]);
      this.#look();
    });
    // The server may well reset it.
    socket.on('error', () => undefined);
    this.over = new Promise((resolve) => {
      socket.once('close', () => {
        this.isOver = true;
        this.#look();
        resolve();
      });
    });
  }

  /** @param from the address it comes from: all of 127/8 are this machine */
  static async open(url: string, from = '127.0.0.1'): Promise<RawPeer> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), localAddress: from, noDelay: true });
    const peer = new RawPeer(socket);
    await within('a TCP connection', new Promise<void>((resolve) => socket.once('connect', resolve)));
    return peer;
  }

  /** A WebSocket by hand, answered. @param path may have a query */
  static async upgrade(
    url: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    from?: string,
  ): Promise<RawPeer> {
    const peer = await RawPeer.open(url, from);
    peer.socket.write(upgradeRequest(url, path, headers));
    await peer.when('an answer to the upgrade', () => peer.received.includes('\r\n\r\n'));
    return peer;
  }

  get head(): string {
    return this.received.subarray(0, this.received.indexOf('\r\n\r\n')).toString();
  }

  get status(): number {
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(this.head)?.[1]);
  }

  /** Frames of the server's, as far as they have come. */
  get frames(): { readonly opcode: number; readonly payload: Buffer }[] {
    const frames = [];
    let at = this.received.indexOf('\r\n\r\n') + 4;
    while (at + 2 <= this.received.length) {
      const short = (this.received[at + 1] ?? 0) & 0x7f;
      const width = short === 127 ? 8 : short === 126 ? 2 : 0;
      if (at + 2 + width > this.received.length) break;
      const length =
        width === 0 ? short : this.received.readUIntBE(at + 2 + Math.max(0, width - 6), Math.min(6, width));
      const start = at + 2 + width;
      if (start + length > this.received.length) break;
      frames.push({ opcode: (this.received[at] ?? 0) & 0x0f, payload: this.received.subarray(start, start + length) });
      at = start + length;
    }
    return frames;
  }

  get texts(): string[] {
    return this.frames.filter(({ opcode }) => opcode === OPCODE.text).map(({ payload }) => payload.toString());
  }

  /** The code of the server's close frame, if one has come. */
  get closeCode(): number | undefined {
    const payload = this.frames.find(({ opcode }) => opcode === OPCODE.close)?.payload;
    return payload === undefined ? undefined : payload.length < 2 ? 1005 : payload.readUInt16BE(0);
  }

  send(...frames: readonly RawFrame[]): void {
    this.write(...frames.map(rawFrame));
  }

  write(...bytes: readonly Uint8Array[]): void {
    if (!this.isOver) this.socket.write(Buffer.concat(bytes));
  }

  /** Writes as fast as the server takes it, so often or until it ends. Resolves to the bytes that were taken. */
  async flood(chunk: Uint8Array, times: number): Promise<number> {
    let taken = 0;
    for (let n = 0; n < times && !this.isOver; n += 1) {
      if (!this.socket.write(chunk))
        await Promise.race([this.over, new Promise<void>((resolve) => this.socket.once('drain', resolve))]);
      taken += chunk.length;
    }
    return taken;
  }

  when(what: string, holds: () => boolean, ms?: number): Promise<void> {
    const found = new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (holds()) resolve();
        else if (this.isOver) reject(new Error(`${what}: the connection ended before`));
        else return;
        this.#watching.delete(look);
      };
      this.#watching.add(look);
      look();
    });
    return within(what, found, ms);
  }

  close(): void {
    this.socket.destroy();
  }

  #look(): void {
    for (const look of this.#watching) look();
  }
}

export function upgradeRequest(url: string, path: string, headers: Readonly<Record<string, string>> = {}): string {
  const key = createHash('sha1').update(randomBytes(16)).digest().subarray(0, 16).toString('base64');
  const all = {
    Host: new URL(url).host,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': key,
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}
