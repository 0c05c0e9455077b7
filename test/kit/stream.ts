import type { EventsPush, JoinReply, Position, ResetPush, WireEvent } from '@greenroom/protocol';

/** One room as a client sees it, by the letter of protocol.md: a position, and every event applied, in order. */
export class Stream {
  readonly events: WireEvent[] = [];
  /** Frames that did not follow on the position: each is an event lost. */
  readonly gaps: string[] = [];
  /** Frames of events received, whatever was in them. */
  frames = 0;
  position: Position;

  constructor({ position }: JoinReply) {
    this.position = position;
  }

  apply({ epoch, from, to, events }: EventsPush): void {
    this.frames += 1;
    const { seq } = this.position;
    if (from > seq) this.gaps.push(`from ${from} at ${seq}`);
    if (epoch !== this.position.epoch) this.gaps.push(`epoch ${epoch} in ${this.position.epoch}`);
    for (const event of events) if (event.seq > seq) this.events.push(event);
    this.position = { epoch, seq: Math.max(seq, to) };
  }

  reset({ position }: ResetPush): void {
    this.gaps.push(`reset to ${position.seq}`);
    this.position = position;
  }

  /** `text` of each event's data: what most events of specs carry. */
  get texts(): readonly (string | undefined)[] {
    return this.events.map(({ data }) => (data as { readonly text?: string }).text);
  }

  get seqs(): readonly number[] {
    return this.events.map(({ seq }) => seq);
  }
}
