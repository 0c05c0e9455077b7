import { describe, expect, it } from '@jest/globals';
import { startTestRooms, VirtualClock, type TestConnection, type TestRooms } from '@greenroom/testing';
import fc from 'fast-check';
import type { Clock } from '../clock.js';
import { RoomError } from '../errors.js';
import type { Feed } from '../feed/feed.js';
import { SYSTEM } from '../kind.js';
import type { RoomStore } from '../log/store.js';
import { lab } from './lab.fixture.js';
import { RoomLife, TRANSITIONS, type Fault, type Transition, type Verb } from './room-life.fixture.js';
import { A, entriesOf, texts } from './two-members.fixture.js';

const REST_MS = 5000;
/** Longer than any call, any pause and any rest. */
const LONG_MS = 200_000;
/** An answer that did not come in time, or that a failing store has it coming. */
const EXCUSES = ['UNAVAILABLE', 'UNKNOWN_OUTCOME'];

/** What one who only looks is told of a room that is not there. */
const NO_ROOM = 'FORBIDDEN';
/** And one who joins, and goes before that is answered. */
const LEFT = 'NOT_A_MEMBER';

interface Asked {
  readonly text: string;
  /** Whatever becomes of it is the engine's own doing: nothing had failed before. */
  readonly metBefore: number;
  readonly isExcused: boolean;
  /** What it may be told whatever happens. */
  readonly refusal: string | undefined;
  /** `waits`, `done`, or the code it was refused with. */
  outcome: string;
  metAfter: number;
}

type Step =
  | { readonly type: 'say' | 'look' | 'history' | 'join' | 'leave' | 'release' | 'settle' | 'drain' | 'restart' }
  | { readonly type: 'alarm' | 'wait' | 'away'; readonly ms: number }
  /** Fails at two commits in a row, or at what it saves when it is left alone. */
  | { readonly type: 'relapse' | 'rest'; readonly fault: Fault }
  | { readonly type: 'fault'; readonly verb: Verb; readonly fault: Fault };

/** A room whose store fails as it is told, and everything that was asked of it. */
class Trial {
  readonly #clock = new VirtualClock();
  readonly #life: RoomLife;
  readonly #asked: Asked[] = [];
  /** From `start` on. */
  #rooms!: TestRooms;
  #ann: TestConnection | undefined;
  #draining: Promise<void> | undefined;

  constructor(hits: Set<Transition>) {
    this.#life = new RoomLife(hits, this.#clock);
  }

  async start(): Promise<void> {
    const life = this.#life;
    const wrap = { store: (store: RoomStore) => life.wrap(store), feed: same<Feed>, clock: same<Clock> };
    this.#rooms = await startTestRooms({ kinds: [lab({ passivateAfterMs: REST_MS })], clock: this.#clock, wrap });
    this.#listen();
  }

  async run(step: Step): Promise<void> {
    const [life, room] = [this.#life, this.#rooms.node.room(A)];
    switch (step.type) {
      case 'say':
        return this.#say();
      case 'look':
        return this.#note('', room.view(), NO_ROOM);
      case 'history':
        return this.#note('', room.history({}), NO_ROOM);
      case 'alarm':
        return this.#note('', room.send('later', { ms: step.ms }, { as: SYSTEM }));
      case 'join':
        this.#ann ??= this.#rooms.connect('ann');
        return this.#note('', this.#ann.join(A), LEFT);
      case 'leave':
        this.#ann?.drop();
        this.#ann = undefined;
        return;
      case 'fault':
        life.faults.set(step.verb, step.fault);
        return;
      case 'relapse':
        for (let times = 0; times < 2; times += 1) {
          life.faults.set('append', step.fault);
          this.#say();
          await this.#pass(0);
        }
        return;
      case 'rest':
        life.faults.set('saveSnapshot', step.fault);
        return this.#pass(REST_MS + 1000);
      case 'release':
        life.release();
        return this.#pass(0);
      case 'settle':
        return this.#pass(0);
      case 'wait':
        return this.#pass(step.ms);
      case 'away':
        life.isAway = true;
        await this.#pass(step.ms);
        life.isAway = false;
        return this.#pass(1000);
      case 'drain':
        life.isDraining = true;
        this.#draining ??= this.#rooms.node.drain();
        return;
      case 'restart':
        return this.#restart();
    }
  }

  /** All is well again: whatever was asked has been answered, and was answered with the truth. */
  async end(): Promise<void> {
    await this.#restart();
    expect(this.#life.overslept).toBe(0);
    this.#say();
    await this.#pass(0);
    expect(this.#asked.at(-1)).toMatchObject({ outcome: 'done' });
    const said = texts((await entriesOf(this.#rooms)).flatMap(({ events }) => events));
    expect(new Set(said).size).toBe(said.length);
    const done = this.#asked.filter(({ text, outcome }) => text !== '' && outcome === 'done').map(({ text }) => text);
    expect(said).toEqual(expect.arrayContaining(done));
    // That nothing was done is a promise too.
    const undone = this.#asked.filter(({ outcome }) => outcome !== 'done' && outcome !== 'UNKNOWN_OUTCOME');
    for (const { text } of undone) expect(said).not.toContain(text === '' ? undefined : text);
    for (const { outcome, refusal, metBefore, metAfter, isExcused } of this.#asked) {
      const mayFail = isExcused || metAfter > metBefore;
      expect(['done', refusal, ...(mayFail ? EXCUSES : [])]).toContain(outcome);
    }
  }

  #say(): void {
    const text = `${this.#asked.length}`;
    this.#note(text, this.#rooms.node.room(A).send('say', { text }, { as: SYSTEM }));
  }

  #note(text: string, asking: Promise<unknown>, refusal?: string): void {
    const life = this.#life;
    const isExcused =
      life.isRefusing ||
      life.isDraining ||
      life.isFailing ||
      life.isFenced ||
      life.isReloading ||
      !this.#rooms.node.isWell;
    const asked: Asked = { text, metBefore: life.met, isExcused, refusal, outcome: 'waits', metAfter: Infinity };
    this.#asked.push(asked);
    const settle = (outcome: string): void =>
      void Object.assign(asked, { outcome, metAfter: life.isDraining ? Infinity : life.met });
    asking.then(
      () => settle('done'),
      (error: unknown) => settle(error instanceof RoomError ? error.code : String(error)),
    );
  }

  async #pass(ms: number): Promise<void> {
    await this.#clock.advance(0);
    this.#look();
    await this.#clock.advance(ms);
    this.#look();
  }

  #look(): void {
    if (!this.#life.isHeld) this.#life.settled(this.#rooms.node.active);
  }

  /** Lets go of all that is held, ends the process in order, and starts another. */
  async #restart(): Promise<void> {
    const life = this.#life;
    life.faults.clear();
    life.release();
    await this.#pass(0);
    await this.run({ type: 'drain' });
    await this.#pass(LONG_MS);
    await this.#draining;
    expect([this.#rooms.node.active, this.#asked.filter(({ outcome }) => outcome === 'waits')]).toEqual([0, []]);
    await expect(this.#rooms.node.room(A).view()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    this.#rooms = await this.#rooms.kill();
    this.#listen();
    this.#ann = this.#draining = undefined;
    life.isDraining = false;
  }

  #listen(): void {
    const { logged } = this.#rooms;
    const push = logged.push.bind(logged);
    Object.assign(logged, {
      push: (...reports: (typeof logged)[number][]) => {
        for (const { message } of reports) this.#life.reported(message);
        return push(...reports);
      },
    });
  }
}

const same = <T>(port: T): T => port;

const one = <T extends Step['type']>(...types: T[]) => fc.record({ type: fc.constantFrom(...types) });
const step = fc.oneof(
  { weight: 8, arbitrary: one('say') },
  { weight: 6, arbitrary: one('look', 'history', 'join', 'leave', 'leave', 'release', 'release') },
  { weight: 4, arbitrary: one('settle') },
  { weight: 1, arbitrary: one('drain', 'restart') },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(500, 1100, 3000, 6000, 40_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom('alarm' as const, 'away' as const),
      ms: fc.constantFrom(1000, 20_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('relapse' as const),
      fault: fc.constantFrom<Fault>('refuse', 'lost', 'written'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('rest' as const),
      fault: fc.constantFrom<Fault>('refuse', 'lost', 'slow', 'slow'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('fault' as const),
      verb: fc.constantFrom<Verb>('claim', 'append', 'saveSnapshot'),
      fault: fc.constantFrom<Fault>('refuse', 'lost', 'written', 'hold', 'hold'),
    }),
  },
);

describe('the life of a room on its node', () => {
  const hits = new Set<Transition>();

  it('costs nobody an answer or a commit, whatever its store does and however it is asked for', async () => {
    const numRuns = Number(process.env['RUNS'] ?? 100);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }), async (steps) => {
        const trial = new Trial(hits);
        await trial.start();
        for (const each of steps) await trial.run(each);
        await trial.end();
      }),
      { numRuns, ...(process.env['RUNS'] === undefined && { seed: 20_261_121 }) },
    );
  });

  it('goes no way that is not listed', () => {
    expect([...hits].filter((hit) => !TRANSITIONS.includes(hit))).toEqual([]);
  });

  it.each(TRANSITIONS)('went this way too: %s', (transition) => {
    expect([...hits]).toContain(transition);
  });
});
