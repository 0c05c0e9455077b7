import type { WireEvent } from '@greenroom/protocol';
import { render } from '../../contracts/check.js';
import type { Observation } from '../observations/observation.js';

/** An event that somebody was told of. */
interface Heard {
  readonly seq: number;
  readonly name: string;
  readonly text: string;
  readonly data: unknown;
}

const BLANK = render(null);

/**
 * Rooms whose log nobody keeps, as all who were there tell of them together. Each epoch is a life of its own, as a room in
 * memory begins anew with its owner.
 */
export class Hearsay {
  /** By room and epoch. */
  readonly #lives = new Map<string, Map<number, Heard>>();

  /** @param isDirected whether events of that name go to some members alone: of them nobody else can tell. */
  constructor(private readonly isDirected: (room: string, name: string) => boolean) {}

  /** @returns why it cannot be what another was told, if so. */
  hear(room: string, epoch: number, { seq, name, data, redacted }: WireEvent): string | undefined {
    const key = `${room} ${epoch}`;
    const life = this.#lives.get(key) ?? new Map<number, Heard>();
    this.#lives.set(key, life);
    const text = render(data);
    const before = life.get(seq);
    if (before === undefined) life.set(seq, { seq, name, text, data });
    // One of them was told before it was blanked, and the other after it.
    else if (before.name === name && (redacted === true || before.text === BLANK))
      life.set(seq, redacted === true ? before : { seq, name, text, data });
    else if (before.name !== name || before.text !== text)
      return `${seq} is ${name} ${text}, and was ${before.name} ${before.text} to another`;
    return undefined;
  }

  /** Events of one life that everybody there was to be told of, above a position, up to another. */
  shared(room: string, epoch: number, after: number, to: number): number[] {
    const seqs: number[] = [];
    for (const { seq, name } of this.#lives.get(`${room} ${epoch}`)?.values() ?? [])
      if (seq > after && seq <= to && !this.isDirected(room, name)) seqs.push(seq);
    return seqs.sort((a, b) => a - b);
  }

  /** Every life of every room. */
  *lives(): Generator<{ readonly room: string; readonly epoch: number; readonly events: readonly Heard[] }> {
    for (const [key, events] of this.#lives) {
      const [room = '', epoch = ''] = key.split(' ');
      yield { room, epoch: Number(epoch), events: [...events.values()].sort((a, b) => a.seq - b.seq) };
    }
  }
}

/** What an observation lets one hear. */
export const heardIn = (
  observation: Observation,
): { readonly room: string; readonly epoch: number; readonly events: readonly WireEvent[] } | undefined => {
  if (observation.type === 'events') return observation;
  if (observation.type !== 'joined' || !observation.recovered) return undefined;
  return { room: observation.room, epoch: observation.position.epoch, events: observation.events ?? [] };
};
