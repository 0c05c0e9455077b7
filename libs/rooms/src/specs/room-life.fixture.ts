import type { Clock } from '../clock.js';
import { StoreRefusedError } from '../errors.js';
import type { RoomStore } from '../log/store.js';

/** Where a room of a node is in its life, and every way from one place to the next. */
export const TRANSITIONS = [
  'none → activating: somebody asks',
  'none → activating: its time has come',
  'none → activating: one who came later makes it',
  'activating → active: it is loaded',
  'activating → none: there is no such room',
  'activating → refused: it cannot be loaded',
  'active → passivating: nobody is there',
  'active → passivating: the process ends',
  'active → activating: a commit was refused',
  'active → activating: a commit is in doubt',
  'active → activating: it fails again, and waits first',
  'passivating → none: it is saved',
  'passivating → none: it could not be saved, and its log has it all',
  'passivating → activating: somebody asked meanwhile',
  'refused → activating: its pause is over',
  'refused → activating: the store takes writes again',
  'refused → none: the process ends',
] as const;
export type Transition = (typeof TRANSITIONS)[number];
type State = 'none' | 'activating' | 'active' | 'passivating' | 'refused';

export type Verb = 'claim' | 'append' | 'saveSnapshot';
/** `lost` and `written` leave the engine in doubt; `hold` waits to be released. */
export type Fault = 'refuse' | 'lost' | 'written' | 'hold' | 'slow';
/** How long `slow` is: nobody who asks meanwhile has given up by then. */
const SLOW_MS = 3000;

/**
 * The store of one room, failing as it is told, and what can be told of the room's life from its calls and the
 * engine's reports: nothing of the host itself is opened up.
 */
export class RoomLife {
  is: State = 'none';
  /** What the next call of a verb meets. */
  readonly faults = new Map<Verb, Fault>();
  /** Every call fails, and so does the store when it is asked how it is. */
  isAway = false;
  isDraining = false;
  /** Faults that were met so far. */
  met = 0;
  /** A call that was made to fail may be under way. */
  isFailing = false;
  /** A claim that was given up was made all the same, and fences off whoever has the room now: its next commit fails. */
  isFenced = false;
  /** Times that it was due, and nobody woke it. */
  overslept = 0;
  #claims = 0;
  /** When it was last found to be due. */
  #dueAt: number | undefined;
  #claimsWhenDue: number | undefined;
  #held: (() => void)[] = [];
  #isLoaded = false;
  #isRecovered = false;
  #isMissing = false;
  #lostAt: number | undefined;
  #saveFailed = false;
  #lastAppend: Fault | undefined;

  constructor(
    private readonly hits: Set<Transition>,
    private readonly clock: Clock,
  ) {}

  get isHeld(): boolean {
    return this.#held.length > 0;
  }

  /** Whoever asks is refused: neither is its pause over, nor does the store write again. */
  get isRefusing(): boolean {
    return this.is === 'refused' && !this.#isRecovered;
  }

  /** It is being loaded again after a failed commit. */
  get isReloading(): boolean {
    return this.is === 'activating' && this.#lostAt !== undefined;
  }

  release(): void {
    for (const go of this.#held.splice(0)) go();
  }

  wrap(store: RoomStore): RoomStore {
    const proxy = (verb: Verb, before: () => void, after: (made: unknown) => void) => {
      const own = store[verb].bind(store) as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]): Promise<never> => {
        before();
        const made = await this.#call(verb, () => own(...args));
        after(made);
        return made as never;
      };
    };
    return new Proxy(store, {
      get: (target, name) => {
        switch (name) {
          case 'claim':
            return proxy(
              'claim',
              () => this.#claimed(),
              (made) => this.#owned(made !== undefined),
            );
          case 'append':
            return proxy(
              'append',
              () => this.#appended(),
              () => {},
            );
          case 'saveSnapshot':
            return proxy(
              'saveSnapshot',
              () => this.#saving(),
              () => {},
            );
          case 'due':
            return async (...range: Parameters<RoomStore['due']>) => {
              const due = await target.due(...range);
              // Rooms that are occupied are looked for too, whose time has not come.
              const isDue = due.length > 0 && range[0] <= this.clock.now();
              if (isDue) this.#dueAt = this.clock.now();
              if (isDue && this.is === 'none') this.#claimsWhenDue ??= this.#claims;
              return due;
            };
          case 'check':
            return () => (this.isAway ? Promise.reject(new Error('away')) : target.check());
          default: {
            const member: unknown = Reflect.get(target, name);
            return typeof member === 'function' ? member.bind(target) : member;
          }
        }
      },
    });
  }

  /** What the engine reports. */
  reported(message: string): void {
    if (message === 'a room cannot be started') {
      if (this.is !== 'activating') this.#claimed();
      this.#enter('refused', 'it cannot be loaded');
      this.#isRecovered = false;
    }
    if (message === 'the store takes writes again') this.#isRecovered = true;
    if (message === 'a snapshot could not be saved') this.#saveFailed = true;
    if (message === 'a room is loaded again') {
      this.isFenced = false;
      this.#settleActive();
      this.#enter('activating', this.#lastAppend === 'refuse' ? 'a commit was refused' : 'a commit is in doubt');
      this.#lostAt = this.clock.now();
      this.#isLoaded = false;
    }
  }

  /** Nothing is under way: what has become of the room? @param slots as many as its host has */
  settled(slots: number): void {
    this.#isMissing = this.isFailing = false;
    if (this.#claimsWhenDue === this.#claims && !this.isDraining) this.overslept += 1;
    this.#claimsWhenDue = undefined;
    if (slots === 0) this.#gone();
    else this.#settleActive();
  }

  #settleActive(): void {
    if (this.is !== 'activating' || !this.#isLoaded) return;
    this.#enter('active', 'it is loaded');
  }

  #gone(): void {
    this.#settleActive();
    const leaves = this.isDraining ? 'the process ends' : 'nobody is there';
    // It had nothing to save.
    if (this.is === 'active') this.#enter('passivating', leaves);
    if (this.is === 'passivating')
      this.#enter('none', this.#saveFailed ? 'it could not be saved, and its log has it all' : 'it is saved');
    if (this.is === 'refused') this.#enter('none', 'the process ends');
    if (this.is === 'activating') this.#enter('none', 'there is no such room');
  }

  #claimed(): void {
    this.#claims += 1;
    if (this.is === 'active') this.#gone();
    if (this.is === 'activating' && this.#lostAt !== undefined && this.clock.now() > this.#lostAt)
      this.hits.add('active → activating: it fails again, and waits first');
    this.#lostAt = undefined;
    if (this.is === 'none') {
      const asked = this.clock.now() === this.#dueAt ? 'its time has come' : 'somebody asks';
      this.#enter('activating', this.#isMissing ? 'one who came later makes it' : asked);
    } else if (this.is === 'passivating') this.#enter('activating', 'somebody asked meanwhile');
    else if (this.is === 'refused')
      this.#enter('activating', this.#isRecovered ? 'the store takes writes again' : 'its pause is over');
    this.#isLoaded = false;
  }

  #owned(isThere: boolean): void {
    // It was given up.
    if (this.is !== 'activating') return;
    this.#isLoaded = isThere;
    if (isThere) return;
    this.#enter('none', 'there is no such room');
    this.#isMissing = true;
  }

  #appended(): void {
    this.#settleActive();
    this.#lastAppend = undefined;
  }

  #saving(): void {
    this.#settleActive();
    this.#saveFailed = false;
    this.#enter('passivating', this.isDraining ? 'the process ends' : 'nobody is there');
  }

  async #call(verb: Verb, call: () => Promise<unknown>): Promise<unknown> {
    const fault = this.isAway ? 'refuse' : this.faults.get(verb);
    if (!this.isAway) this.faults.delete(verb);
    if (fault === undefined) return call();
    if (fault === 'slow') {
      await new Promise<void>((resolve) => this.clock.after(SLOW_MS, resolve));
      return call();
    }
    if (verb === 'append') this.#lastAppend = fault;
    this.met += 1;
    this.isFailing = true;
    if (fault === 'hold') {
      const claims = this.#claims;
      await new Promise<void>((resolve) => this.#held.push(resolve));
      this.isFenced ||= verb === 'claim' && (this.#claims !== claims || this.is !== 'activating');
      return call();
    }
    if (fault === 'written') await call();
    throw fault === 'refuse' ? new StoreRefusedError('refused') : new Error('connection lost');
  }

  #enter(next: State, why: string): void {
    this.hits.add(`${this.is} → ${next}: ${why}` as Transition);
    this.is = next;
  }
}
