import type { Crowd, CrowdRoom } from './crowd.js';
import type { Answer } from './dialects/dialect.js';
import { Histogram } from './histogram.js';
import { Ledger, type Violations } from './ledger.js';
import type { Load, Pace, Running } from './load.js';
import type { Member } from './member.js';
import { patiently } from './patience.js';
import { numberOf, textOf, TokenReader } from './token.js';
import { Ticker } from './ticker.js';
import { Witness } from './witness.js';

/** What has not come when nothing at all has for so long will not. */
const LOST_AFTER_MS = 10_000;
/** Commands of one member that are on the way in an open loop. Further ones wait, and their time counts. */
const MOST_ON_WAY = 8;

interface Queue {
  onWay: number;
  /** When they were due. */
  readonly waiting: number[];
}

/** Who hears everything in full. The last to join, so that nobody's place in a server's order is special twice. */
const isWitness = (seat: number, { members }: CrowdRoom): boolean => seat === members.length - 1;

/** Members say things, and all members are told. */
export class SayLoad implements Running {
  readonly latency = new Histogram();
  readonly answers = new Histogram();
  commands = 0;
  deliveries = 0;
  frames = 0;
  readonly #ledgers: readonly Ledger[];
  readonly #reader: TokenReader;
  readonly #ticker: Ticker | undefined;
  /** By room and member. */
  readonly #queues: Queue[][] = [];
  #isCounting = false;
  #isOver = false;
  #answered = 0;
  /** By member and number: when it was said. */
  readonly #unanswered = new Map<string, number>();
  #heard = 0;
  #turns = 0;

  constructor(
    private readonly crowd: Crowd,
    private readonly load: Load,
    private readonly violations: Violations,
    private readonly lostAfterMs = LOST_AFTER_MS,
  ) {
    this.#reader = new TokenReader(load.textBytes);
    this.#ledgers = crowd.rooms.map(({ number, members }) => new Ledger(number, members.length, violations));
    this.#ticker = this.#tickerOf(load.pace);
    for (const [i, room] of crowd.rooms.entries())
      for (const [seat, member] of room.members.entries()) this.#listen(i, room, seat, member);
  }

  begin(): void {
    if (this.load.pace.is === 'closed') {
      const { inFlight } = this.load.pace;
      for (const [i, { members }] of this.crowd.rooms.entries())
        for (let seat = 0; seat < Math.min(inFlight, members.length); seat += 1) this.#say(i, seat, performance.now());
    } else this.#ticker?.start();
  }

  count(counting: boolean): void {
    this.#isCounting = counting;
  }

  async finish(): Promise<void> {
    this.#isOver = true;
    this.#ticker?.stop();
    const said = this.#ledgers.reduce((sum, { saidAt }) => sum + saidAt.length, 0);
    const isDone = (): boolean =>
      this.#ledgers.every((ledger) => ledger.isComplete) && (!this.crowd.dialect.answersSay || this.#answered >= said);
    await patiently(isDone, () => this.#heard + this.#answered, this.lostAfterMs);
    for (const ledger of this.#ledgers) ledger.close();
    if (this.crowd.dialect.answersSay && this.#answered !== said)
      this.violations.add(`${this.#answered} answers to ${said} commands`);
  }

  #tickerOf(pace: Pace): Ticker | undefined {
    if (pace.is === 'closed') return undefined;
    const { rooms } = this.crowd;
    // All at once would find code that is not compiled yet, and what waits then would be waited for long after.
    const risesMs = this.load.warmUpMs / 2;
    // Rooms take turns, and in each room its members.
    return new Ticker(pace.perSecond, risesMs, (at) => {
      const room = this.#turns % rooms.length;
      const speakers = this.load.speakers ?? rooms[room]?.members.length ?? 1;
      const seat = Math.floor(this.#turns / rooms.length) % speakers;
      this.#turns += 1;
      this.#due(room, seat, at);
    });
  }

  /** Says it, or has it wait: whoever is far behind is not asked for more than a client of theirs would. */
  #due(i: number, seat: number, at: number): void {
    const { onWay, waiting } = this.#queue(i, seat);
    if (onWay < MOST_ON_WAY) this.#say(i, seat, at);
    else waiting.push(at);
  }

  /** The sender has been told. */
  #goOn(i: number, ledger: Ledger, seat: number, now: number): void {
    const queue = this.#queue(i, seat);
    queue.onWay -= 1;
    if (this.#isOver) return;
    // The next one to speak is another member: the place in a server's order evens out.
    if (this.load.pace.is === 'closed') return this.#say(i, this.#after(ledger, seat), now);
    const at = queue.waiting.shift();
    if (at !== undefined) this.#say(i, seat, at);
  }

  #queue(i: number, seat: number): Queue {
    const queues = (this.#queues[i] ??= []);
    return (queues[seat] ??= { onWay: 0, waiting: [] });
  }

  #say(i: number, seat: number, at: number): void {
    this.#queue(i, seat).onWay += 1;
    const ledger = this.#ledgers[i];
    const room = this.crowd.rooms[i];
    if (ledger === undefined || room === undefined) return;
    const number = ledger.said(seat, at);
    const member = room.members[seat];
    const ref = member?.say(room.address, textOf(ledger.room, number, this.load.textBytes));
    if (this.crowd.dialect.answersSay) this.#unanswered.set(`${member?.name} ${ref}`, at);
  }

  #listen(i: number, room: CrowdRoom, seat: number, member: Member): void {
    const ledger = this.#ledgers[i];
    if (ledger === undefined) return;
    const reader = this.#reader;
    const witness = isWitness(seat, room) ? new Witness(room.address, this.violations) : undefined;
    member.onAnswer = (answer) => this.#answer(member, answer);
    member.listen((bytes, start, end) => {
      let next = reader.next(bytes, start, end);
      if (next < 0) return member.take(bytes, start, end);
      if (witness !== undefined) this.#witness(witness, room, ledger, bytes, start, end);
      if (this.#isCounting) this.frames += 1;
      const now = performance.now();
      while (next >= 0) {
        const { number } = reader;
        if (ledger.told(seat, reader.room, number)) this.#told(i, seat, ledger, number, now);
        next = reader.next(bytes, next, end);
      }
    });
  }

  #answer({ name }: Member, { ref, ok, code }: Answer): void {
    const key = `${name} ${ref}`;
    const saidAt = this.#unanswered.get(key);
    if (saidAt === undefined)
      return this.violations.add(`${name} was answered what it had not asked, or twice: ${ref}`);
    this.#unanswered.delete(key);
    this.#answered += 1;
    if (!ok) this.violations.add(`${name} was refused: ${code ?? 'no reason'}`);
    if (this.#isCounting) this.answers.add(performance.now() - saidAt);
  }

  #told(i: number, seat: number, ledger: Ledger, number: number, now: number): void {
    this.#heard += 1;
    const isSender = ledger.senders[number] === seat;
    if (this.#isCounting) {
      this.deliveries += 1;
      if (isSender) this.commands += 1;
      this.latency.add(now - (ledger.saidAt[number] ?? now));
    }
    if (isSender) this.#goOn(i, ledger, seat, now);
  }

  /** Members who speak at the same time are so many apart, and stay so. */
  #after({ members }: Ledger, seat: number): number {
    const inFlight = this.load.pace.is === 'closed' ? this.load.pace.inFlight : 1;
    const next = seat + inFlight;
    return next < members ? next : seat % inFlight;
  }

  #witness(witness: Witness, room: CrowdRoom, ledger: Ledger, bytes: Buffer, start: number, end: number): void {
    const telling = this.crowd.dialect.telling(bytes, start, end);
    if (telling === undefined) return this.violations.add(`${room.address}: a text in a frame that is no message`);
    witness.hears(telling, (text) => {
      const number = numberOf(text);
      const sender = ledger.senders[number];
      if (sender === undefined || text !== textOf(ledger.room, number, this.load.textBytes)) return undefined;
      return room.members[sender]?.name;
    });
  }
}
