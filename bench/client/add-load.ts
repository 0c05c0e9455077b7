import type { Crowd, CrowdRoom } from './crowd.js';
import { Histogram } from './histogram.js';
import type { Violations } from './ledger.js';
import type { Load, Running } from './load.js';
import type { Member } from './member.js';
import { patiently } from './patience.js';

/** What has not come when nothing at all has for so long will not. */
const LOST_AFTER_MS = 10_000;

interface Asked {
  readonly ref: number;
  readonly at: number;
  readonly sum: number;
}

/** Members ask for sums, one at a time each, and are answered. */
export class AddLoad implements Running {
  readonly latency = new Histogram();
  readonly answers = new Histogram();
  commands = 0;
  readonly deliveries = 0;
  readonly frames = 0;
  readonly #askers: { readonly member: Member; readonly room: CrowdRoom }[];
  readonly #asked = new Map<Member, Asked>();
  #isCounting = false;
  #isOver = false;
  #answered = 0;

  constructor(
    crowd: Crowd,
    { pace }: Load,
    private readonly violations: Violations,
  ) {
    if (pace.is !== 'closed') throw new Error('sums are asked for in a closed loop');
    this.#askers = crowd.rooms.flatMap((room) =>
      room.members.slice(0, pace.inFlight).map((member) => ({ member, room })),
    );
    for (const { member, room } of this.#askers)
      member.onAnswer = ({ ref, ok, sum }) => {
        this.#check(member, ref, ok, sum);
        if (!this.#isOver) this.#ask(member, room);
      };
  }

  begin(): void {
    for (const { member, room } of this.#askers) this.#ask(member, room);
  }

  count(counting: boolean): void {
    this.#isCounting = counting;
  }

  async finish(): Promise<void> {
    this.#isOver = true;
    await patiently(
      () => this.#asked.size === 0,
      () => this.#answered,
      LOST_AFTER_MS,
    );
    for (const [{ name }, { ref }] of this.#asked) this.violations.add(`${name} had no answer to ${ref}`);
  }

  #ask(member: Member, { address }: CrowdRoom): void {
    const a = this.#answered;
    const b = member.name.length;
    const at = performance.now();
    this.#asked.set(member, { ref: member.add(address, a, b), at, sum: a + b });
  }

  #check(member: Member, ref: number, ok: boolean, sum: number | undefined): void {
    const asked = this.#asked.get(member);
    this.#asked.delete(member);
    this.#answered += 1;
    if (!ok) this.violations.add(`${member.name} was refused`);
    else if (asked?.ref !== ref) this.violations.add(`${member.name} asked ${asked?.ref} and was answered ${ref}`);
    else if (asked.sum !== sum) this.violations.add(`${member.name} was told that it is ${sum}, not ${asked.sum}`);
    if (!this.#isCounting || asked === undefined) return;
    this.commands += 1;
    this.answers.add(performance.now() - asked.at);
  }
}
