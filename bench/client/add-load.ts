import type { Crowd, CrowdRoom } from './crowd.js';
import { Histogram } from './histogram.js';
import type { Violations } from './ledger.js';
import type { Load, Running } from './load.js';
import type { Member } from './member.js';
import { patiently } from './patience.js';
import { Ticker } from './ticker.js';

/** What has not come when nothing at all has for so long will not. */
const LOST_AFTER_MS = 10_000;

interface Asker {
  readonly member: Member;
  readonly room: CrowdRoom;
}

interface Asked {
  /** In an open loop: when it was due. */
  readonly at: number;
  readonly sum: number;
}

/** Members ask for sums, and are answered: in a closed loop one at a time each, in an open one when they are due. */
export class AddLoad implements Running {
  readonly latency = new Histogram();
  readonly answers = new Histogram();
  commands = 0;
  readonly deliveries = 0;
  readonly frames = 0;
  readonly #askers: readonly Asker[];
  readonly #ticker: Ticker | undefined;
  /** By member and number. */
  readonly #asked = new Map<string, Asked>();
  #isCounting = false;
  #isOver = false;
  #answered = 0;
  #turns = 0;

  constructor(
    crowd: Crowd,
    { pace, warmUpMs }: Load,
    private readonly violations: Violations,
  ) {
    const most = pace.is === 'closed' ? pace.inFlight : Infinity;
    this.#askers = crowd.rooms.flatMap((room) => room.members.slice(0, most).map((member) => ({ member, room })));
    for (const asker of this.#askers)
      asker.member.onAnswer = ({ ref, ok, sum }) => {
        this.#check(asker.member, ref, ok, sum);
        if (!this.#isOver && pace.is === 'closed') this.#ask(asker, performance.now());
      };
    if (pace.is === 'open') this.#ticker = new Ticker(pace.perSecond, warmUpMs / 2, (at) => this.#due(at));
  }

  begin(): void {
    if (this.#ticker !== undefined) this.#ticker.start();
    else for (const asker of this.#askers) this.#ask(asker, performance.now());
  }

  count(counting: boolean): void {
    this.#isCounting = counting;
  }

  async finish(): Promise<void> {
    this.#isOver = true;
    this.#ticker?.stop();
    await patiently(
      () => this.#asked.size === 0,
      () => this.#answered,
      LOST_AFTER_MS,
    );
    for (const asked of this.#asked.keys()) this.violations.add(`there was no answer to ${asked}`);
  }

  /** All take turns. */
  #due(at: number): void {
    const asker = this.#askers[this.#turns % this.#askers.length];
    this.#turns += 1;
    if (asker !== undefined) this.#ask(asker, at);
  }

  #ask({ member, room }: Asker, at: number): void {
    const a = this.#answered;
    const b = member.name.length;
    const ref = member.add(room.address, a, b);
    this.#asked.set(`${member.name} ${ref}`, { at, sum: a + b });
  }

  #check({ name }: Member, ref: number, ok: boolean, sum: number | undefined): void {
    const key = `${name} ${ref}`;
    const asked = this.#asked.get(key);
    this.#asked.delete(key);
    this.#answered += 1;
    if (!ok) this.violations.add(`${name} was refused`);
    else if (asked === undefined) this.violations.add(`${name} was answered what it had not asked, or twice: ${ref}`);
    else if (asked.sum !== sum) this.violations.add(`${name} was told that it is ${sum}, not ${asked.sum}`);
    if (!this.#isCounting || asked === undefined) return;
    this.commands += 1;
    this.answers.add(performance.now() - asked.at);
  }
}
