import type { Clock } from '@greenroom/rooms';
import { DelayLine } from './delay-line.js';

/** The other end of a socket, as far as it can be asked for a sign of life. */
export interface Peer {
  ping(): void;
  /** It has stayed silent, and is not asked again unless it is added again. */
  silent(): void;
}

/** Pings peers from time to time, and tells which of them then stay silent. */
export class Heartbeats {
  readonly #heard: DelayLine<Peer>;
  readonly #asked: DelayLine<Peer>;

  constructor(clock: Clock, { everyMs, timeoutMs }: { readonly everyMs: number; readonly timeoutMs: number }) {
    this.#heard = new DelayLine(clock, everyMs, (peer) => {
      this.#asked.add(peer);
      peer.ping();
    });
    this.#asked = new DelayLine(clock, timeoutMs, (peer) => peer.silent());
  }

  add(peer: Peer): void {
    this.#heard.add(peer);
  }

  /** The peer was heard. */
  heard(peer: Peer): void {
    if (this.#asked.delete(peer)) this.#heard.add(peer);
  }

  delete(peer: Peer): void {
    this.#heard.delete(peer);
    this.#asked.delete(peer);
  }
}
