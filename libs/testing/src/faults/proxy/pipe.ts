import type { Socket } from 'node:net';
import type { Dice } from '../dice.js';
import type { Conditions } from './conditions.js';

/** Held for the other side; above it the sender is not read from, as by a real network. */
const MOST_HELD_BYTES = 64 * 1024;
/** A slow line hands over little at a time: so many parts of a second's worth. */
const SLICES_A_SECOND = 20;

/** One direction of a connection: what comes in goes out, later or slower or never. */
export class Pipe {
  /** Bytes that went out. */
  passed = 0;
  readonly #held: { readonly bytes: Buffer; readonly dueMs: number }[] = [];
  #heldBytes = 0;
  #lastDueMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #waitsForReader = false;
  #state: 'open' | 'ending' | 'vanishing' | 'over' = 'open';

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly conditions: () => Conditions,
    private readonly dice: Dice,
  ) {
    from.on('data', (bytes: Buffer) => this.#take(bytes));
    from.on('end', () => this.end());
  }

  /** From now on what comes in is taken and goes nowhere; the sender is not told. */
  vanish(): void {
    this.#drop();
    this.#state = 'vanishing';
    this.from.resume();
  }

  /** FIN to the other side, behind what is held. */
  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#pass();
  }

  /** Nothing goes out any more. */
  stop(): void {
    this.#drop();
    this.#state = 'over';
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#held.length = 0;
    this.#heldBytes = 0;
  }

  #take(bytes: Buffer): void {
    if (this.#state !== 'open') return;
    const { delayMs, jitterMs, bytesPerSecond } = this.conditions();
    const size = bytesPerSecond === Infinity ? bytes.length : Math.ceil(bytesPerSecond / SLICES_A_SECOND);
    for (let start = 0; start < bytes.length; start += size) {
      const slice = bytes.subarray(start, start + size);
      const arrivesMs = performance.now() + delayMs + (jitterMs > 0 ? this.dice.int(0, jitterMs) : 0);
      const takesMs = bytesPerSecond === Infinity ? 0 : (slice.length / bytesPerSecond) * 1000;
      this.#lastDueMs = Math.max(arrivesMs, this.#lastDueMs) + takesMs;
      this.#held.push({ bytes: slice, dueMs: this.#lastDueMs });
    }
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > MOST_HELD_BYTES) this.from.pause();
    this.#pass();
  }

  #pass(): void {
    clearTimeout(this.#timer);
    for (let first = this.#held[0]; first !== undefined; first = this.#held[0]) {
      const waitMs = first.dueMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#pass(), Math.ceil(waitMs));
        return;
      }
      this.#held.shift();
      this.#heldBytes -= first.bytes.length;
      this.passed += first.bytes.length;
      if (!this.to.write(first.bytes) && this.#state === 'open') this.#waitForReader();
    }
    if (this.#heldBytes <= MOST_HELD_BYTES && !this.to.writableNeedDrain) this.from.resume();
    if (this.#state === 'ending') {
      this.#state = 'over';
      this.to.end();
    }
  }

  #waitForReader(): void {
    this.from.pause();
    if (this.#waitsForReader) return;
    this.#waitsForReader = true;
    this.to.once('drain', () => {
      this.#waitsForReader = false;
      if (this.#state === 'open' && this.#heldBytes <= MOST_HELD_BYTES) this.from.resume();
    });
  }
}
