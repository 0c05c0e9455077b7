import type { Writable } from 'node:stream';
import type { Socket } from 'socket.io';
import { RawLine } from '../sockets/raw-line.js';
import type { SendLimits } from '../sockets/send-queue.js';
import type { Packet } from './socketio-packets.js';

type Engine = Socket['conn'];

/** What is looked at below engine.io's types; of another shape, its own way is taken. */
interface EngineInside {
  readonly readyState: string;
  readonly writeBuffer: readonly unknown[];
  readonly transport: {
    readonly name: string;
    readonly writable: boolean;
    readonly perMessageDeflate?: unknown;
    readonly socket?: { readonly _socket?: Writable };
  };
}

/** A reader who has more than that to read yet is slow: what is for it waits in engine.io. Bytes. */
const DIRECT_BELOW = 65_536;

const NOTHING: SendLimits = { bytes: 0, frames: 0 };

/**
 * The writing half of one transport of Socket.IO. A packet with nothing ahead of it goes straight to the TCP socket, past engine.io
 * and `ws`, which would handle it anew for each of its readers. Any other goes engine.io's own way: in order, and over any
 * transport.
 */
export class SocketIoOutlet {
  /** What engine.io has, and what it has handed to its transport: all that came before, when the last batch has left. */
  #buffered = NOTHING;
  #leaving = NOTHING;
  #line: { readonly transport: EngineInside['transport']; readonly raw: RawLine } | undefined;

  constructor(private readonly engine: Engine) {}

  /** Nothing waits. */
  get isIdle(): boolean {
    return this.#buffered.frames === 0 && this.#lineOf()?.isIdle === true;
  }

  /** What waits for the reader. */
  get waiting(): SendLimits {
    const inside = this.engine as unknown as EngineInside;
    const leaving = inside.transport.writable ? NOTHING : this.#leaving;
    const direct = this.#line?.raw.waiting;
    return {
      // What a WebSocket transport was handed is with the TCP socket already.
      bytes: this.#buffered.bytes + (direct?.bytes ?? leaving.bytes),
      frames: this.#buffered.frames + leaving.frames + (direct?.frames ?? 0),
    };
  }

  write(packet: Packet): void {
    const line = this.#free();
    if (line === undefined) {
      this.expect(packet.text.length);
      this.engine.write(packet.text, packet.options);
      return;
    }
    line.write(packet.frame);
  }

  /** To be called before something is written to engine.io by others, with about its size. */
  expect(bytes: number): void {
    const { bytes: before, frames } = this.#buffered;
    this.#buffered = { bytes: before + bytes, frames: frames + 1 };
  }

  /**
   * To be called when engine.io hands what it has to its transport, whoever had it written: it comes behind what is written
   * here, and leaves with it.
   */
  flushed(): void {
    this.#lineOf()?.hold();
    this.#leaving = this.#buffered;
    this.#buffered = NOTHING;
  }

  /** The line, if whatever is written to it now comes after all that was written before, and is not to be compressed. */
  #free(): RawLine | undefined {
    const { readyState, writeBuffer, transport } = this.engine as unknown as EngineInside;
    // Writable again when what it was handed is with the TCP socket.
    if (readyState !== 'open' || writeBuffer.length > 0 || !transport.writable) return undefined;
    const line = transport.perMessageDeflate ? undefined : this.#lineOf();
    return line !== undefined && line.waitingBytes < DIRECT_BELOW ? line : undefined;
  }

  /** The TCP socket below the transport of now: a session that began with polling gets one when it is upgraded. */
  #lineOf(): RawLine | undefined {
    const { transport } = this.engine as unknown as EngineInside;
    if (this.#line?.transport === transport) return this.#line.raw;
    const raw = transport.name === 'websocket' ? transport.socket?._socket : undefined;
    this.#line = raw && { transport, raw: new RawLine(raw) };
    return this.#line?.raw;
  }
}
