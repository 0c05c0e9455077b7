import type { Position } from '@greenroom/protocol';
import type { FeedListener, FeedMessage, PublishedTurn, ReadRange } from '@greenroom/rooms';
import { turnsOf, type Span } from './message.js';
import type { Row } from '../store/row.js';

/** Rows read at a time: more than most turns have. */
const PAGE = 2048;
/** Turns that wait for those before them; above it the oldest are let go of, and read from the log. */
const MAX_HELD = 256;

const NOWHERE: Position = { epoch: 0, seq: 0 };

/** What a station needs to know where it is, and what it missed. */
export interface Log {
  /** Where who begins to listen now begins: nothing that is committed because of what they ask later is below it. */
  head(address: string): Promise<Position | undefined>;
  /** How far the room is, as far as that is cheaply known. */
  latest(address: string): Promise<Position | undefined>;
  /** The same of many rooms, in their order. */
  latestOf(addresses: readonly string[]): readonly Promise<Position | undefined>[];
  rows(address: string, range: ReadRange): Promise<readonly Row[]>;
}

/**
 * A room's turns as one node hears them: each once, in the order of the log. One that does not follow the last is held until
 * the log has been asked for what is between.
 */
export class Station {
  readonly listeners = new Set<FeedListener>();
  #position: Position | undefined;
  #held: PublishedTurn[] = [];
  #catchingUp: Promise<void> | undefined;
  #mustLookAgain = false;

  constructor(
    readonly address: string,
    private readonly log: Log,
    private readonly report: (error: unknown) => void,
  ) {}

  /** What was heard last. */
  get position(): Position | undefined {
    return this.#position;
  }

  /**
   * Begins where the room is now. What comes between this and the channel being heard is read from the log.
   * @param heard resolves once it is.
   */
  async open(heard: Promise<void>): Promise<void> {
    try {
      const head = await this.log.head(this.address);
      this.#position ??= head ?? NOWHERE;
    } catch (error) {
      this.report(error);
    }
    this.#flush();
    await heard;
    await this.catchUp();
  }

  /** What has no place in the stream. */
  tell(message: FeedMessage): void {
    for (const listener of this.listeners) {
      try {
        listener(this.address, message);
      } catch (error) {
        this.report(error);
      }
    }
  }

  /** Whether what spans this is still to be heard. */
  isNews(span: Span): boolean {
    const at = this.#position;
    return at === undefined || span.epoch > at.epoch || (span.epoch === at.epoch && span.to > at.seq);
  }

  /** A turn of a room that this node owns: where it begins need not be asked, and its sender is answered next. */
  publish(turn: PublishedTurn): void {
    const at = this.#position;
    const begins = at === undefined || (turn.epoch > at.epoch && turn.after <= at.seq);
    if (begins && this.#held.length === 0) this.#position = { epoch: turn.epoch, seq: turn.after };
    this.offer(turn);
  }

  offer(turn: PublishedTurn): void {
    if (!this.isNews(turn)) return;
    this.#held.push(turn);
    this.#flush();
    if (this.#held.length > 0 && this.#position !== undefined) void this.catchUp();
  }

  /** A position that was taken and of which nobody has anything to hear: a barrier. */
  pass(span: Span): void {
    const at = this.#position;
    if (at === undefined || !this.isNews(span)) return;
    // In a log that has begun anew it is the first of all.
    if (span.after <= at.seq) this.#position = { epoch: span.epoch, seq: span.to };
    else void this.catchUp();
    this.#flush();
  }

  /** Reads what is in the log and was not heard. Never rejects; what fails now is tried again by whoever asks next. */
  catchUp(): Promise<void> {
    this.#mustLookAgain = true;
    this.#catchingUp ??= this.#readOn();
    return this.#catchingUp;
  }

  async #readOn(): Promise<void> {
    try {
      while (this.#mustLookAgain) {
        this.#mustLookAgain = false;
        this.#position ??= (await this.log.head(this.address)) ?? NOWHERE;
        await this.#stepBack(this.#position);
        while (await this.#readPage());
        // What came meanwhile may be ahead of what was read.
        if (!this.#mustLookAgain) this.#jump();
      }
    } catch (error) {
      this.report(error);
    } finally {
      // At once: who asks from now on begins anew.
      this.#catchingUp = undefined;
    }
  }

  /**
   * What was heard and a store that failed over has lost has another's turns in its place: they are read from where the log and
   * what was heard part.
   */
  async #stepBack(at: Position): Promise<void> {
    let before = at.seq + 1;
    for (let limit = 1; ; limit = PAGE) {
      const rows = await this.log.rows(this.address, { before, limit, reverse: true });
      if (this.#position !== at) return;
      const known = rows.find(({ entry }) => entry.epoch <= at.epoch)?.entry;
      const oldest = rows.at(-1)?.entry.seq ?? before;
      if (known !== undefined || rows.length < limit) {
        const seq = known?.last ?? oldest - 1;
        if (seq < at.seq) this.#position = { epoch: at.epoch, seq };
        return;
      }
      before = oldest;
    }
  }

  /** @returns whether there may be more. */
  async #readPage(limit = PAGE): Promise<boolean> {
    const after = this.#position?.seq ?? 0;
    const rows = await this.log.rows(this.address, { after, limit });
    for (const turn of turnsOf(rows)) {
      // Others may have been heard while the log was read.
      if (this.isNews(turn)) this.#hear(turn);
    }
    const last = rows.at(-1)?.entry;
    // All before it has been heard by now: other barriers, too.
    if (last?.input.type === 'barrier')
      this.pass({ epoch: last.epoch, after: this.#position?.seq ?? 0, to: last.last });
    this.#flush();
    if (rows.length < limit) return false;
    // Not even one turn is whole: one in which a node has gone with thousands of members, say.
    return (this.#position?.seq ?? 0) > after || this.#readPage(limit * 2);
  }

  /** Goes on behind what the log does not have: who listens sees it by what the turn follows. */
  #jump(): void {
    const [first] = this.#held;
    if (first === undefined) return;
    this.#hear(first);
    this.#flush();
    if (this.#held.length > 0) this.#jump();
  }

  #flush(): void {
    const at = this.#position;
    if (at === undefined) return;
    this.#held = this.#held
      .filter((turn) => this.isNews(turn))
      .sort((a, b) => a.epoch - b.epoch || a.to - b.to)
      .slice(-MAX_HELD);
    for (let [next] = this.#held; next !== undefined && this.#follows(next); [next] = this.#held) this.#hear(next);
  }

  /** In an epoch of which nothing was heard, not even its barrier, more may have been lost than the turn says. */
  #follows(turn: PublishedTurn): boolean {
    const { epoch, seq } = this.#position ?? NOWHERE;
    return this.isNews(turn) && turn.after <= seq && (turn.epoch === epoch || epoch === 0);
  }

  #hear(turn: PublishedTurn): void {
    this.#held = this.#held.filter((each) => each !== turn && (each.epoch > turn.epoch || each.to > turn.to));
    this.#position = { epoch: turn.epoch, seq: turn.to };
    this.tell(turn);
  }
}
