/** Until when each is taken to be typing, by member id. */
export type Typists = ReadonlyMap<string, number>;

/** Whoever is typing says so again and again; of one who has vanished it is forgotten. */
const BELIEVED_MS = 6000;
/** How often one who goes on typing says so. */
const REPEAT_MS = 2500;
/** After so long without a key it has stopped. */
const IDLE_MS = 4000;

export const heard = (typists: Typists, id: string, on: boolean, now: number): Typists => {
  if (!on && !typists.has(id)) return typists;
  const next = new Map(typists);
  next.delete(id);
  if (on) next.set(id, now + BELIEVED_MS);
  return next;
};

/** Without those whose time is over; the same map when nothing changes. */
export const current = (untils: Typists, now: number): Typists => {
  const left = [...untils].filter(([, until]) => until > now);
  return left.length === untils.size ? untils : new Map(left);
};

/** Tells the others that one types, no more often than they need to know. */
export class TypingTeller {
  #toldAt: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly tell: (on: boolean) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** Something was typed. */
  typed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.stop(), IDLE_MS);
    const now = this.now();
    if (this.#toldAt !== undefined && now - this.#toldAt < REPEAT_MS) return;
    this.#toldAt = now;
    this.tell(true);
  }

  /** It was sent, taken back, or left. */
  stop(): void {
    clearTimeout(this.#timer);
    if (this.#toldAt === undefined) return;
    this.#toldAt = undefined;
    this.tell(false);
  }
}
