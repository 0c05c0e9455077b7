import type { Position } from '@greenroom/protocol';
import type { Member } from '../contract/member.js';
import { ForbiddenError, InternalError, RejectedError } from '../errors.js';
import type { RoomKind } from '../kind.js';
import type { Entry, Input, LoggedEvent, Stamp } from '../log/entry.js';
import type { Applied, RoomLogic } from './logic.js';
import { Members } from './members.js';
import { Outcomes } from './outcomes.js';
import { checkPlain, judge, mustBePlain, type Emission, type Verdict } from './verdict.js';

/** An input that was accepted, with what is to happen once it is committed. */
export interface Accepted {
  readonly entry: Entry;
  readonly effects: readonly (() => void)[];
  /** Inputs that this one causes: kicks, and the close. They are accepted right after it. */
  readonly followUps: readonly Input[];
  /** `seq`s of entries to blank. */
  readonly redact: readonly number[];
  /** The logic failed at it, and it was taken in all the same: leaving and timers cannot be refused. */
  readonly failure?: InternalError;
}

/** What a room is, as a snapshot keeps it. */
interface Saved {
  readonly seq: number;
  readonly floor: number;
  readonly index: number;
  readonly params: unknown;
  readonly closed?: string;
  readonly logic: unknown;
  readonly members: unknown;
  readonly outcomes: unknown;
}

const seqOf = (id: string): number => Number.parseInt(id.slice(id.indexOf('-') + 1), 36);

const isForAll = ({ to }: LoggedEvent): boolean => to === undefined;

/** Who an entry's events are from. */
export const authorOf = (input: Input): Member | undefined => {
  if (input.type === 'command') return input.by;
  return input.type === 'join' || input.type === 'resume' ? input.member : undefined;
};

/**
 * The room as a function of its inputs: logic, members and outcomes, moved on one entry at a time. Synchronous and
 * without I/O. What is accepted here is not committed yet; a commit that fails throws the whole core away, and the room
 * is loaded again from its log.
 */
export class RoomCore {
  /** Position of the last accepted input. */
  seq = 0;
  /** The same, barriers left out: whoever has heard of more has heard of what is not in the log any more. */
  heard = 0;
  /** Position of the last input that had an event for all: no member who has heard of it stands below. */
  floor = 0;
  /** Events emitted so far. */
  index = 0;
  members = new Members();
  outcomes = new Outcomes();
  closed: string | undefined;
  /** It has just been made, and nothing has happened in it yet. */
  isFresh = false;
  /** A logic that changes in place threw half-way: nothing more may be accepted before it is loaded again. */
  spoiled = false;
  /** What all stamp ids of this epoch begin with. */
  readonly #stampOf: string;
  #params: unknown;
  #opened = false;
  #state: unknown;

  constructor(
    readonly address: string,
    readonly kind: RoomKind,
    readonly logic: RoomLogic,
    readonly epoch: number,
    private readonly checks: boolean,
  ) {
    this.#stampOf = `${epoch.toString(36)}-`;
  }

  /** The room has been made: it has its first state. */
  get isOpen(): boolean {
    return this.#opened;
  }

  get position(): Position {
    return { epoch: this.epoch, seq: this.seq };
  }

  /** What a viewer is shown now, whichever node they are on. @throws TypeError when it is no plain data */
  view(viewer: Member | undefined): unknown {
    if (this.kind.view === undefined) return null;
    const view = this.kind.view(this.logic.expose(this.#state), viewer);
    checkPlain('The view', view);
    return view;
  }

  /** When the room next wants to be woken: a timer, or the end of a grace time. */
  nextDeadline(): number | undefined {
    if (!this.#opened) return undefined;
    const timer = this.closed === undefined ? this.logic.nextTimer(this.#state)?.due : undefined;
    const grace = this.members.nextGrace();
    return timer === undefined || grace === undefined ? (timer ?? grace) : Math.min(timer, grace);
  }

  /** The input that is due by the clock, if any. One at a time: a timer that fires may cancel the others. */
  dueInput(now: number): Input | undefined {
    if (!this.#opened) return undefined;
    const timer = this.closed === undefined ? this.logic.nextTimer(this.#state) : undefined;
    if (timer !== undefined && timer.due <= now) return { type: 'timer', timer: timer.id };
    const session = this.members.overdue(now);
    return session === undefined ? undefined : { type: 'leave', session, reason: 'lost' };
  }

  get isBusy(): boolean {
    return this.#opened && this.logic.isBusy(this.#state);
  }

  /** Starts what runs beside the room. Once, after activation. */
  resume(): void {
    if (!this.#opened) return;
    this.logic.freeze?.(this.#state);
    if (this.closed === undefined) this.logic.resume(this.#state);
  }

  stop(): void {
    if (this.#opened) this.logic.stop(this.#state);
  }

  /**
   * Takes an input in, with all it causes.
   * @throws RoomError when the logic has no use for it, rejects it or fails at it. The room is then as it was before.
   */
  accept(input: Input, at: number, seed: number, handled?: number): Accepted {
    const seq = this.seq + 1;
    const stamp: Stamp = { at, seed, id: this.#stampOf + seq.toString(36) };
    const outcome = this.#attempt(input, stamp);
    const events = this.#fold(input, stamp, { epoch: this.epoch, seq }, outcome);
    this.logic.freeze?.(this.#state);
    if (events.some(isForAll)) this.floor = this.seq;
    this.isFresh = input.type === 'open';
    const { epoch, seq: last } = this;
    const bare: Entry = { at, seed, id: stamp.id, epoch, seq, last, index: this.index - events.length, input, events };
    const { reply } = outcome.verdict;
    const isBare = reply === undefined && !outcome.failed && handled === undefined;
    const entry: Entry = isBare
      ? bare
      : {
          ...bare,
          ...(reply !== undefined && { reply: reply.data }),
          ...(outcome.failed && { failed: true }),
          ...(handled !== undefined && { handled }),
        };
    return {
      entry,
      effects: outcome.applied?.effects ?? [],
      followUps: this.#followUps(outcome),
      redact: outcome.verdict.redact.map(seqOf).filter((each) => each >= 1 && each <= seq),
      ...(outcome.error !== undefined && { failure: outcome.error }),
    };
  }

  /**
   * Takes a logged entry in again, without effects.
   * @returns what the logic emits now, to be held against the log.
   */
  replay(entry: Entry): readonly LoggedEvent[] {
    const { input } = entry;
    if (input.type === 'barrier') {
      this.seq = entry.last;
      return [];
    }
    const outcome = this.#attempt(input, entry, entry.failed === true);
    const events = this.#fold(input, entry, entry, outcome);
    this.#moveTo(entry);
    return events;
  }

  /** Takes in what of a logged entry does not need the logic, which will have nothing to do with it any more. */
  skip(entry: Entry): void {
    this.members.fold(entry.input, entry.seq);
    this.#moveTo(entry);
  }

  save(now: number): Saved {
    return {
      seq: this.seq,
      floor: this.floor,
      index: this.index,
      params: this.#params,
      logic: this.logic.save(this.#state),
      members: this.members.save(),
      outcomes: this.outcomes.save(now),
      ...(this.closed !== undefined && { closed: this.closed }),
    };
  }

  /** All that comes from here on is behind this position. */
  begin(seq: number): void {
    this.seq = seq;
    this.heard = seq;
  }

  load(saved: unknown, migrate: (logic: unknown) => unknown): void {
    const { seq, floor, index, params, closed, logic, members, outcomes } = saved as Saved;
    this.begin(seq);
    this.floor = floor;
    this.index = index;
    this.#params = params;
    this.closed = closed;
    this.members = Members.load(members);
    this.outcomes = Outcomes.load(outcomes);
    this.#state = this.logic.load(migrate(logic));
    this.#opened = true;
  }

  /** The logic's answer to an input; the logic's own state is not moved on yet. */
  #attempt(input: Input, stamp: Stamp, failed = false): Attempt {
    try {
      if (!failed) mustBePlain(input);
      const applied = failed ? undefined : this.#apply(input, stamp);
      if (input.type === 'command' && applied?.taken !== true) throw new RejectedError();
      const verdict = judge(this.kind.contract, input, applied?.outputs ?? [], this.checks);
      const { reject } = verdict;
      if (reject?.code === 'FORBIDDEN') throw new ForbiddenError(reject.reason);
      if (reject !== undefined) throw new RejectedError(reject.reason);
      return { applied, verdict, failed };
    } catch (thrown) {
      this.spoiled ||= this.logic.mutable;
      if (thrown instanceof RejectedError || thrown instanceof ForbiddenError) throw thrown;
      const error = new InternalError(thrown);
      // A failing logic can keep somebody from joining, but nobody from leaving, and no clock from going on.
      if (input.type === 'command' || input.type === 'join' || input.type === 'open' || input.type === 'outside')
        throw error;
      return { applied: undefined, verdict: NOTHING, failed: true, error };
    }
  }

  /** @returns `undefined` when the input is none of the logic's business. */
  #apply(input: Input, stamp: Stamp): Applied<unknown> | undefined {
    const { at, id, seed } = stamp;
    if (input.type === 'open') return this.logic.start({ address: this.address, params: input.params, at, id, seed });
    if (this.closed !== undefined) return undefined;
    switch (input.type) {
      case 'command':
        return this.logic.apply(this.#state, { type: input.name, data: input.data, by: input.by, at, id, seed });
      case 'timer':
        return this.logic.fire(this.#state, input.timer, { at, id, seed });
      case 'outside':
        return this.logic.apply(this.#state, { ...(input.event as { type: string }), at, id, seed });
      default: {
        const passage = this.members.passageOf(input);
        return passage && this.logic.apply(this.#state, { ...passage, at, id, seed });
      }
    }
  }

  #fold(
    input: Input,
    { at }: Stamp,
    { epoch, seq }: Position,
    { applied, verdict, failed }: Attempt,
  ): readonly LoggedEvent[] {
    this.members.fold(input, seq);
    if (applied !== undefined) this.#state = applied.state;
    else if (failed && input.type === 'timer') this.#state = this.logic.spend(this.#state, input.timer);
    if (input.type === 'open') {
      this.#params = input.params;
      this.#opened = true;
    }
    if (input.type === 'close') {
      this.closed = input.reason;
      this.members = new Members();
    }
    const events = verdict.events.map((emitted, offset) => this.#addressed(emitted, seq + offset));
    this.begin(seq + Math.max(1, events.length) - 1);
    this.index += events.length;
    if (input.type === 'command')
      this.outcomes.record(input.by.id, input.commandId, {
        position: { epoch, seq: this.seq },
        at,
        ...(verdict.reply !== undefined && { data: verdict.reply.data }),
      });
    return events;
  }

  /** Where the log says that the entry has led, whatever the logic makes of it now. */
  #moveTo({ input, last, index, events }: Entry): void {
    this.seq = last;
    if (input.type !== 'barrier') this.heard = last;
    this.index = index + events.length;
    if (events.some(isForAll)) this.floor = last;
  }

  /** Settles who an event is for, for good: those named who are members now. */
  #addressed({ name, data, to, except }: Emission, seq: number): LoggedEvent {
    return {
      seq,
      name,
      data,
      ...(to !== undefined && { to: to.filter((id) => this.members.get(id) !== undefined) }),
      ...(except !== undefined && { except }),
    };
  }

  #followUps({ applied, verdict }: Attempt): readonly Input[] {
    const inputs: Input[] = verdict.kicks.flatMap(({ member, reason }) =>
      this.members.get(member) === undefined ? [] : { type: 'remove', member, reason: 'kicked', why: reason },
    );
    if (verdict.close !== undefined) inputs.push({ type: 'close', reason: verdict.close });
    else if (applied?.done === true) inputs.push({ type: 'close', reason: 'finished' });
    return inputs;
  }
}

interface Attempt {
  readonly applied: Applied<unknown> | undefined;
  readonly verdict: Verdict;
  readonly failed: boolean;
  readonly error?: InternalError;
}

const NOTHING: Verdict = { events: [], kicks: [], redact: [] };
