import type { Happening, NodeCondition } from '../view.js';
import type { Move } from './owners.js';

/** What is told at most. */
const MOST = 40;

type Told =
  | Exclude<Happening, { readonly type: 'room' }>
  | { readonly id: number; readonly at: number; readonly type: 'move'; readonly move: Move };

/** What has happened, in its order. How long a room was without an owner may be known only later than that it has a new one. */
export class Story {
  readonly #all: Told[] = [];
  #count = 0;

  /** @param ackedAt when the first command of that epoch of a room was acknowledged */
  constructor(private readonly ackedAt: (room: string, epoch: number) => number | undefined) {}

  node(node: string, became: NodeCondition, at: number, how?: string): void {
    this.#tell({ id: this.#next(), at, type: 'node', node, became, ...(how !== undefined && { how }) });
  }

  redis(isUp: boolean, at: number): void {
    this.#tell({ id: this.#next(), at, type: 'redis', isUp });
  }

  moved(move: Move): void {
    this.#tell({ id: this.#next(), at: move.at, type: 'move', move });
  }

  /** Newest first. */
  list(): readonly Happening[] {
    return this.#all.map((told) => (told.type === 'move' ? this.#inFull(told.id, told.move) : told)).reverse();
  }

  #inFull(id: number, { room, from, to, epoch, at, goneAt }: Move): Happening {
    const ackedAt = goneAt === undefined ? undefined : this.ackedAt(room, epoch);
    return {
      id,
      at,
      type: 'room',
      room,
      from,
      to,
      ...(goneAt !== undefined && { seenAfterMs: at - goneAt }),
      ...(goneAt !== undefined && ackedAt !== undefined && { ackedAfterMs: ackedAt - goneAt }),
    };
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }

  #tell(told: Told): void {
    this.#all.push(told);
    if (this.#all.length > MOST) this.#all.shift();
  }
}
