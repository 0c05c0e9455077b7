import { CLOSE, type Push } from '@greenroom/protocol';
import type { Clock, Connection, Frame, Identity, Timer } from '@greenroom/rooms';
import type { CarrierConnection } from '../carriers/carrier-connection.js';
import type { SendLimits } from '../sockets/send-queue.js';

/** Parts of its limits: above the one a reader is behind, below the other it has caught up. Between them replies have a place. */
const BEHIND_ABOVE = 0.75;
const CAUGHT_UP_BELOW = 0.25;
/** Milliseconds between looks at a reader who is behind, and until it is closed because it has not caught up. */
const LOOK_EVERY_MS = 50;
const PATIENCE_MS = 20_000;

/** Events and presence: what a `reset` makes good. */
const isOfStream = ({ op }: Push): boolean => op === 'events' || op === 'presence';

/**
 * What the engine pushes to one connection. A reader who is behind is spared the events of its rooms, and gets one `reset` for
 * each of them when it has caught up: whatever it misses costs neither it nor us more than that.
 */
export class Delivery implements Connection {
  /** Rooms of which something was left out, and whether their reset is on its way. */
  #behind: Map<string, { isAsked: boolean }> | undefined;
  #watch: Timer | undefined;
  #behindSince = 0;

  constructor(
    private readonly connection: CarrierConnection,
    private readonly limits: SendLimits,
    private readonly clock: Clock,
    /** Has a `reset` of that room pushed, or its attachment ended. Never rejects. */
    private readonly reset: (address: string) => Promise<void>,
  ) {}

  get id(): string {
    return this.connection.id;
  }

  get user(): Identity {
    return this.connection.user;
  }

  push(frame: Frame): void {
    // Nobody is behind whom nobody watches.
    if (this.#watch === undefined && this.connection.isIdle) return this.connection.push(frame);
    const { push } = frame;
    if (push.op === 'reset' || push.op === 'closed') this.#behind?.delete(push.room);
    else if ('room' in push && this.#behind?.has(push.room) === true) return;
    else if (isOfStream(push) && 'room' in push && this.#load() > BEHIND_ABOVE) return this.#leaveOut(push.room);
    this.connection.push(frame);
  }

  #leaveOut(room: string): void {
    this.#behind ??= new Map();
    this.#behind.set(room, { isAsked: false });
    if (this.#watch !== undefined) return;
    this.#behindSince = this.clock.now();
    this.#look();
  }

  #look(): void {
    this.#watch = this.clock.after(LOOK_EVERY_MS, () => {
      this.#watch = undefined;
      if (this.#behind === undefined || this.#behind.size === 0 || !this.connection.isOpen) return;
      if (this.#load() < CAUGHT_UP_BELOW) this.#catchUp(this.#behind);
      else if (this.clock.now() - this.#behindSince > PATIENCE_MS)
        return this.connection.close(CLOSE.slowReader, 'slow reader');
      this.#look();
    });
  }

  #catchUp(behind: Map<string, { isAsked: boolean }>): void {
    this.#behindSince = this.clock.now();
    for (const [room, each] of behind) if (!each.isAsked) void this.#resetRoom(behind, room, each);
  }

  async #resetRoom(behind: Map<string, { isAsked: boolean }>, room: string, each: { isAsked: boolean }): Promise<void> {
    each.isAsked = true;
    await this.reset(room);
    // Nothing was pushed when the room had been left meanwhile.
    if (behind.get(room) === each) behind.delete(room);
  }

  /** What waits, as a part of what may. */
  #load(): number {
    const { bytes, frames } = this.connection.backlog;
    return Math.max(bytes / this.limits.bytes, frames / this.limits.frames);
  }
}
