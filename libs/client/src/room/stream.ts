import type { EventsPush, Position, WireEvent } from '@greenroom/protocol';

/** Where the client stands in a room's events: each is handed on once, in order, or a gap is noticed. */
export class Stream {
  #position: Position | undefined;

  constructor(private readonly deliver: (event: WireEvent, epoch: number) => void) {}

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
    this.#apply(events, { epoch, seq: Math.max(at.seq, to) });
    return true;
  }

  /** Whether there is an event in it that was not seen yet. */
  isNews({ events }: EventsPush): boolean {
    const seq = this.#position?.seq ?? 0;
    return events.some((event) => event.seq > seq);
  }

  /** A listener may look at the position: it stands at the event it is told. */
  #apply(events: readonly WireEvent[], end: Position): void {
    for (const event of events) {
      if (event.seq <= (this.#position?.seq ?? -1)) continue;
      this.#position = { epoch: end.epoch, seq: event.seq };
      if (event.redacted !== true) this.deliver(event, end.epoch);
    }
    this.#position = end;
  }
}
