import {
  FencedError,
  InternalError,
  MovedError,
  RoomError,
  StoreRefusedError,
  UnavailableError,
  UnknownOutcomeError,
} from '../errors.js';
import type { Input } from '../log/entry.js';
import { readHistory } from '../log/history.js';
import { eventPositions } from '../log/redaction.js';
import type { Fence } from '../log/store.js';
import { AfterCommit } from './after-commit.js';
import { answerLater, type Asker } from './asker.js';
import type { RoomCore } from './core.js';
import { joinReply } from './join-reply.js';
import type { Letter } from './letter.js';
import { Mailbox } from './mailbox.js';
import type { RoomEnvironment } from './environment.js';
import { Publisher } from './publisher.js';
import { isLeaving, type Joined, type ReplyTo, type Request } from './request.js';
import { roughBytes } from './rough-bytes.js';
import { Saver } from './saver.js';
import type { Culprit, Loss, Tenure } from './tenure.js';
import { Turn, type CommittedJoin } from './turn.js';
import { Unanswered, type UnansweredLimits } from './unanswered.js';
import { Wakeups } from './wakeups.js';

/** What a room tells the host that runs it. */
export interface RoomEvents {
  /** Nobody is here and nothing is under way: it may be unloaded. */
  idle(room: Room): void;
  /** It cannot go on from what is in memory. `core` is the room loaded again from its log. */
  lost(room: Room, loss: Loss): Promise<RoomCore | undefined>;
}

const UNLIMITED: UnansweredLimits = { maxUnanswered: Infinity, maxUnansweredBytes: Infinity };

/**
 * The one owner of a room: takes letters from its mailbox, a turn at a time, commits each turn before anybody sees
 * anything of it, and keeps time for it.
 */
export class Room {
  readonly publisher: Publisher;
  readonly #mailbox: Mailbox<Letter>;
  readonly #unanswered: Unanswered;
  readonly #after: AfterCommit | undefined;
  readonly #saver: Saver;
  readonly #wakeups: Wakeups;
  #state: 'serving' | 'stopped' = 'serving';
  #turning: Promise<void> | undefined;

  constructor(
    readonly core: RoomCore,
    private readonly fence: Fence,
    private readonly tenure: Tenure,
    private readonly env: RoomEnvironment,
    private readonly events: RoomEvents,
  ) {
    this.#mailbox = new Mailbox(env.limits.mailbox);
    this.#unanswered = new Unanswered();
    this.#wakeups = new Wakeups(env.clock);
    this.publisher = new Publisher(core, env.feed);
    const { afterCommit } = core.kind;
    if (afterCommit !== undefined)
      this.#after = new AfterCommit(
        core.address,
        afterCommit,
        env.store,
        env.clock,
        env.logger,
        () => this.#settleDown(),
        tenure.handled,
      );
    this.#saver = new Saver(core, fence, env, this.#after, tenure);
  }

  /** Starts serving. `inputs` come before anything that is asked. */
  begin(inputs: readonly Input[]): void {
    this.core.resume();
    for (const input of inputs) this.#mailbox.putOwn({ from: 'room', input });
    this.#after?.committed(this.core.seq);
    this.#turn();
  }

  /** Something from beside the room: it becomes an input like any other. */
  deliver(event: { readonly type: string }): void {
    this.#put({ from: 'room', input: { type: 'outside', event } });
  }

  /** Looks at the clock: it may have gone faster than the timer that waits for the next deadline. */
  keepTime(): void {
    if (this.#state === 'serving' && (this.core.nextDeadline() ?? Infinity) <= this.env.clock.now()) this.#turn();
  }

  /** Takes a request; its asker is answered, once. */
  ask(request: Request, deadline: number, asker: Asker): void {
    // What is committed can be read whatever has become of the room.
    if (request.type === 'history') {
      answerLater(asker, this.#history(request));
      return;
    }
    try {
      if (this.#state === 'stopped') throw new MovedError();
      this.#enter(request, deadline, asker);
    } catch (error) {
      asker.reject(error);
    }
  }

  /** Ends what is under way, saves and stops. What is asked from now on is refused. */
  async stop(): Promise<void> {
    await this.giveUp();
    await this.#saver.finish();
  }

  /** Ends what is under way and stops; another owner goes on from the log. */
  async giveUp(): Promise<void> {
    while (this.#turning !== undefined) await this.#turning;
    if (this.#state === 'serving') this.#abandon(new MovedError());
  }

  get isIdle(): boolean {
    return (
      this.#state === 'serving' &&
      this.#turning === undefined &&
      this.core.members.count === 0 &&
      !this.core.isBusy &&
      this.#after?.isIdle !== false
    );
  }

  /** @throws BusyError when the mailbox is full, or the member has too many commands waiting. */
  #enter(request: Request, deadline: number, asker: Asker): void {
    // Leaving frees what others wait for; it always finds a place.
    if (isLeaving(request)) return this.#put({ from: 'outside', request, deadline, asker });
    if (request.type !== 'command') {
      this.#mailbox.put({ from: 'outside', request, deadline, asker }, roughBytes(request));
      return this.#turn();
    }
    // The server's own code speaks for everybody at once.
    const limits = request.session === undefined ? UNLIMITED : this.env.limits;
    const bytes = roughBytes(request.data);
    const first = this.#unanswered.begin(request, bytes, limits, asker);
    if (first === undefined) return;
    try {
      this.#mailbox.put({ from: 'outside', request, deadline, asker: first }, bytes);
      this.#turn();
    } catch (error) {
      first.reject(error);
    }
  }

  #put(letter: Letter): void {
    if (this.#state === 'stopped') return;
    this.#mailbox.putOwn(letter);
    this.#turn();
  }

  #turn(): void {
    this.#turning ??= this.#turns();
  }

  async #turns(): Promise<void> {
    this.#wakeups.stop();
    // Whatever comes in at the same time goes into the same turn.
    await new Promise<void>((resolve) => this.env.clock.soon(resolve));
    try {
      do await this.#oneTurn();
      while (this.#mailbox.size > 0 && !this.#isStopped());
    } catch (cause) {
      this.env.logger.error('a turn failed', { room: this.core.address, cause });
      await this.#restart(true);
    }
    // In the same tick as the last look into the mailbox: what is put in from now on starts another.
    this.#turning = undefined;
    if (!this.#isStopped()) this.#settleDown();
  }

  #isStopped(): boolean {
    return this.#state === 'stopped';
  }

  async #oneTurn(): Promise<void> {
    const { clock, ids, limits, logger } = this.env;
    const { core } = this;
    const now = clock.now();
    const turn = new Turn({
      core,
      ids,
      now,
      handled: this.#after?.handled,
      joined: (join) => this.#joined(join),
      report: (message, error) => logger.error(message, { room: core.address, cause: error }),
    });
    // One at a turn: a machine that is always due leaves room for others.
    const due = core.dueInput(now);
    if (due !== undefined) turn.take({ from: 'room', input: due });
    // What changes in place cannot be undone one by one: its turns take one letter.
    const isSingle = core.logic.mutable || now < this.tenure.cautiousUntil;
    const isFull = () => turn.mustRestart || (isSingle && turn.entries.length > 0);
    while (!isFull() && clock.now() <= now + limits.turnSliceMs) {
      const letter = this.#mailbox.take();
      if (letter === undefined) break;
      turn.take(letter);
    }
    try {
      if (turn.entries.length > 0) await this.#commit(turn);
    } catch (error) {
      await this.#lose(turn, error);
      return;
    }
    this.#fanOut(turn);
    turn.settle();
    this.#saver.saveWhenDue();
    if (turn.mustRestart) await this.#restart(!core.spoiled, core.spoiled ? turn.culprit : undefined);
  }

  async #commit(turn: Turn): Promise<void> {
    const { core, env } = this;
    const { entries } = turn;
    const redacts = turn.redact.length > 0;
    const snapshot = await this.#saver.withBatch(redacts);
    const redact = redacts ? await eventPositions(env.store, core.address, turn.redact, entries) : [];
    const bytes = await env.store.append(core.address, this.fence, {
      entries,
      durability: core.kind.options.durability,
      deadline: this.#saver.deadline(),
      published: this.publisher.turn(turn),
      ...(redact.length > 0 && { redact }),
      ...(snapshot !== undefined && { snapshot }),
    });
    this.#saver.committed(entries.length, bytes, snapshot !== undefined);
  }

  #fanOut(turn: Turn): void {
    if (turn.entries.length === 0) return;
    this.publisher.committed(turn);
    for (const effect of turn.effects) {
      try {
        effect();
      } catch (cause) {
        this.env.logger.error('an action failed after the commit', { room: this.core.address, cause });
      }
    }
    this.#after?.committed(this.core.seq);
  }

  /** The turn may or may not be in the log: only the log knows. */
  async #lose(turn: Turn, error: unknown): Promise<void> {
    const isFenced = error instanceof FencedError;
    this.#abandon(isFenced ? new MovedError(error) : new UnavailableError());
    // Its own state could not be written; the store was not asked.
    const isOwn = error instanceof InternalError;
    const isDefinite = isOwn || isFenced || error instanceof StoreRefusedError;
    this.publisher.lost(turn);
    if (isDefinite) turn.fail(isOwn ? error : isFenced ? new MovedError(error) : new UnavailableError(error));
    const culprit = isOwn ? turn.culprit : undefined;
    const core = await this.events.lost(this, { cause: error, pauses: false, ...(culprit && { culprit }) });
    if (!isDefinite) turn.settleFrom(core, new UnknownOutcomeError(error));
  }

  /** Its state cannot be trusted, or something beside it must run again: it is loaded from its last commit. */
  async #restart(pauses: boolean, culprit?: Culprit): Promise<void> {
    this.#abandon(new UnavailableError());
    await this.events.lost(this, { cause: undefined, pauses, ...(culprit && { culprit }) });
  }

  /** @param refusal what those hear who wait for their turn. */
  #abandon(refusal: UnavailableError): void {
    this.#state = 'stopped';
    this.#wakeups.stop();
    this.#after?.stop();
    this.core.stop();
    for (let letter = this.#mailbox.take(); letter !== undefined; letter = this.#mailbox.take())
      if (letter.from === 'outside') letter.asker.reject(refusal);
  }

  /** Between turns: waits for the next deadline, or to be unloaded. */
  #settleDown(): void {
    const { core } = this;
    this.#wakeups.atDeadline(core.nextDeadline(), () => this.#turn());
    const wait = core.closed === undefined ? core.kind.options.passivateAfterMs : 0;
    this.#wakeups.afterRest(this.isIdle ? wait : undefined, () => {
      if (this.isIdle) this.events.idle(this);
    });
  }

  /** A join whose answer fails, in a view or at the store, leaves no member behind that no connection knows of. */
  async #joined(join: CommittedJoin): Promise<Joined> {
    const { core, env } = this;
    const { sessionId, resumed, request } = join;
    try {
      return await joinReply(core, env.store, this.tenure.lineage, join);
    } catch (error) {
      if (!(error instanceof RoomError)) env.logger.error('failed at join', { room: core.address, cause: error });
      const session = core.members.session(sessionId);
      const until = env.clock.now() + core.kind.options.graceMs;
      if (session?.state === 'attached' && session.connection === request.connection)
        this.#put({
          from: 'room',
          input: resumed
            ? { type: 'drop', session: sessionId, until }
            : { type: 'leave', session: sessionId, reason: 'lost' },
        });
      throw error;
    }
  }

  #history({ member, before, limit }: Extract<Request, { type: 'history' }>): Promise<ReplyTo<Request>> {
    const { core, env } = this;
    const membership = member === undefined ? undefined : core.members.get(member);
    const viewer = member === undefined ? undefined : { member, since: membership?.since ?? Infinity };
    const { historyFor } = core.kind.options;
    // What is in the log above it may be part of a turn that has not been acknowledged.
    const below = Math.min(before ?? Infinity, this.publisher.position + 1);
    return readHistory(env.store, core.address, { viewer, historyFor, before: below, limit });
  }
}
