import type { EventsPush, Position, WireEvent } from '@greenroom/protocol';

/** Where the client stands in a room's events: each is handed on once, in order, or a gap is noticed. */
export class Stream {
  #position: Position | undefined;

  constructor(private readonly deliver: (event: WireEvent) => void) {}

  /** `undefined` before there is a baseline. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** What came before is in a view, or never was ours. */
  start(position: Position): void {
    this.#position = position;
  }

  /** All that was missed up to a position. */
  recover(events: readonly WireEvent[], position: Position): void {
    this.#apply(events, position);
  }

  /** `false` when something before it is missing: nothing of it was taken then. Source: protocol.md, `events`. */
  follow({ epoch, from, to, events }: EventsPush): boolean {
    const at = this.#position;
    if (at === undefined || from > at.seq) return false;
    this.#apply(events, { epoch, seq: to });
    return true;
  }

  /** Whether there is an event in it that was not seen yet. */
  isNews({ events }: EventsPush): boolean {
    return events.some(({ seq }) => seq > this.#seq);
  }

  /** A listener may look at the position: it stands at the event it is told. */
  #apply(events: readonly WireEvent[], { epoch, seq: end }: Position): void {
    for (const event of events) {
      if (event.seq <= this.#seq) continue;
      this.#position = { epoch, seq: event.seq };
      if (event.redacted !== true) this.deliver(event);
    }
    // It may stand beyond it: what follows an answer may have been told before it.
    this.#position = { epoch, seq: Math.max(this.#seq, end) };
  }

  get #seq(): number {
    return this.#position?.seq ?? -1;
  }
}
