import type { Outlet } from '../sockets/outlet.js';
import { binaryFrame, textFrame } from '../sockets/ws-frame.js';
import type { Bytes, Connection, ConnectionHandshake, Endpoint } from './connection.js';
import { asBytes, asText } from './payload.js';

type Phase =
  /** Guards are asked. */
  | { readonly is: 'connecting' }
  | { readonly is: 'accepted'; readonly outlet: Outlet }
  /** Somebody closed it before it was accepted. */
  | { readonly is: 'refused' };

/** A connection as its handlers have it. What is behind it comes when it is accepted. */
export class LiveConnection implements Connection {
  readonly data: Record<string, unknown> = {};
  #phase: Phase = { is: 'connecting' };

  constructor(
    readonly id: string,
    readonly handshake: ConnectionHandshake,
    readonly endpoint: Endpoint,
  ) {}

  get headers(): ConnectionHandshake['headers'] {
    return this.handshake.headers;
  }

  get isOpen(): boolean {
    return this.#phase.is === 'accepted' && this.#phase.outlet.isOpen;
  }

  get isRefused(): boolean {
    return this.#phase.is === 'refused';
  }

  accept(outlet: Outlet): void {
    this.#phase = { is: 'accepted', outlet };
  }

  send(text: string): boolean {
    return this.deliver(textFrame(asText(text)));
  }

  sendBinary(bytes: Bytes): boolean {
    return this.deliver(binaryFrame(asBytes(bytes)));
  }

  /** Sends one whole frame. */
  deliver(frame: Buffer): boolean {
    if (this.#phase.is !== 'accepted' || !this.#phase.outlet.takes(false)) return false;
    this.#phase.outlet.write(frame);
    return true;
  }

  close(code = 1000, reason = ''): void {
    if (code !== 1000 && !(Number.isInteger(code) && code >= 3000 && code <= 4999))
      throw new RangeError(`${code} is no close code for an app: use 1000, or 3000 to 4999.`);
    this.end(code, reason);
  }

  /** Closes it with any code. */
  end(code: number, reason: string): void {
    if (this.#phase.is === 'accepted') this.#phase.outlet.close(code, reason);
    else this.#phase = { is: 'refused' };
  }
}
