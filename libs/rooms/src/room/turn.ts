import type { Member } from '../contract/member.js';
import {
  InternalError,
  NotAMemberError,
  RejectedError,
  RoomClosedError,
  RoomError,
  UnavailableError,
  UnknownOutcomeError,
} from '../errors.js';
import type { EndedSession, PublishedTurn } from '../feed/feed.js';
import { Passages } from '../feed/passages.js';
import type { Ids } from '../ids.js';
import type { Entry, Input } from '../log/entry.js';
import { answerLater } from './asker.js';
import { Attachments, type TakenSession } from './attachments.js';
import { baseline } from './baseline.js';
import type { RoomCore } from './core.js';
import type { Asked, Letter } from './letter.js';
import { endedByClosing, publishedTurn } from './published-turn.js';
import {
  isLeaving,
  nameOf,
  type CommandReply,
  type CommandRequest,
  type JoinRequestOfRoom,
  type ReplyTo,
  type Request,
} from './request.js';
import type { Culprit } from './tenure.js';

/** What a turn needs of its room besides the core. */
export interface TurnContext {
  readonly core: RoomCore;
  readonly ids: Ids;
  readonly now: number;
  /** Effects after the commit done so far, if the kind has any. */
  readonly handled: number | undefined;
  /** Answers a join once it is committed. */
  joined(join: CommittedJoin): Promise<ReplyTo<JoinRequestOfRoom>>;
  /** A failure that nobody asked for, and so nobody is told of. */
  report(message: string, error: unknown): void;
}

export interface CommittedJoin extends TakenSession {
  readonly request: JoinRequestOfRoom;
  readonly member: Member;
  /** The position right before the join. */
  readonly before: number;
  /** It made the room. */
  readonly created: boolean;
}

const culpritOf = (request: Request): Culprit | undefined =>
  request.type === 'command' ? { member: request.as.id, command: request.name } : undefined;

/**
 * What the room takes from its mailbox at once: applied in order, committed together, fanned out together, and only
 * then answered. Synchronous; the room commits it.
 */
export class Turn {
  readonly entries: Entry[] = [];
  readonly effects: (() => void)[] = [];
  readonly redact: number[] = [];
  /** The logic failed at something from beside it, or half-way in a state it changes in place: the room starts again. */
  mustRestart = false;
  #passages: Passages | undefined;
  readonly #ended: EndedSession[] = [];
  #attachments: Attachments | undefined;
  readonly #waiting: {
    readonly letter: Asked;
    readonly answer: () => unknown;
  }[] = [];
  #spoiler: Culprit | undefined;
  #published: PublishedTurn | undefined;
  readonly #after: number;

  constructor(private readonly context: TurnContext) {
    this.#after = context.core.heard;
  }

  take(letter: Letter): void {
    if (letter.from === 'room') {
      this.#takeOwn(letter.input);
      this.mustRestart ||= this.context.core.spoiled;
      return;
    }
    if (!isLeaving(letter.request) && letter.deadline < this.context.now) {
      letter.asker.reject(new UnknownOutcomeError());
      return;
    }
    try {
      const answer = this.#answerTo(letter.request);
      this.#waiting.push({ letter, answer });
    } catch (error) {
      if (error instanceof InternalError) {
        this.context.report(`failed at ${nameOf(letter.request)}`, error.cause);
        if (this.context.core.spoiled) this.#spoiler = culpritOf(letter.request);
      }
      if (letter.request.type === 'join') this.#refuseMaker(error);
      letter.asker.reject(error);
    }
    this.mustRestart ||= this.context.core.spoiled;
  }

  /** The command that the turn was lost by, when there is no doubt: it threw half-way, or was alone. */
  get culprit(): Culprit | undefined {
    const [only, ...others] = this.#waiting;
    return this.#spoiler ?? (only !== undefined && others.length === 0 ? culpritOf(only.letter.request) : undefined);
  }

  /** What the other nodes and the members hear of it, once all is taken: one object, by which a store and a feed know it. */
  published(floor: number): PublishedTurn {
    return (this.#published ??= {
      ...publishedTurn(this.context.core, floor, this.entries),
      after: this.#after,
      joined: this.#passages?.joined ?? [],
      left: this.#passages?.left ?? [],
      ended: this.#ended,
    });
  }

  /** It is committed: everyone who waits is answered. */
  settle(): void {
    for (const { letter, answer } of this.#waiting) {
      try {
        const reply = answer();
        if (reply instanceof Promise) answerLater(letter.asker, reply);
        else letter.asker.resolve(reply);
      } catch (error) {
        this.context.report(`failed at ${nameOf(letter.request)}`, error);
        letter.asker.reject(error);
      }
    }
  }

  /** It is not committed. */
  fail(error: unknown): void {
    for (const { letter } of this.#waiting) letter.asker.reject(error);
  }

  /**
   * Nobody knows whether it is committed but the log, of which `core` was loaded again: each command is settled from it.
   * @param unknown what the others are told, and everyone when the log cannot be read.
   */
  settleFrom(core: RoomCore | undefined, unknown: RoomError): void {
    for (const { letter } of this.#waiting) {
      const { request } = letter;
      if (core === undefined || request.type !== 'command') {
        letter.asker.reject(unknown);
        continue;
      }
      const outcome = core.outcomes.find(request.as.id, request.commandId);
      if (outcome === undefined) letter.asker.reject(new UnavailableError(unknown));
      else if (outcome === 'forgotten') letter.asker.reject(unknown);
      else
        letter.asker.resolve({ position: outcome.position, ...(outcome.data !== undefined && { data: outcome.data }) });
    }
  }

  #takeOwn(input: Input): void {
    try {
      this.#accept(input);
    } catch (error) {
      this.context.report(`failed at ${input.type}`, error);
      this.mustRestart = true;
    }
  }

  /** Applies what is asked; what it returns is asked again once the turn is committed. */
  #answerTo(request: Request): () => unknown {
    const { core } = this.context;
    switch (request.type) {
      case 'join':
        return this.#join(request);
      case 'command':
        return this.#command(request);
      case 'leave':
        this.#sessions.leave(request.session, request.connection);
        return () => undefined;
      case 'drop':
        this.#sessions.drop(request.session, request.connection);
        return () => undefined;
      case 'disown':
        this.#sessions.dropAll(({ id, connection }) => connection === request.connection && id !== request.but);
        return () => undefined;
      case 'nodes':
        this.#sessions.dropAll(({ node }) => !request.nodes.includes(node));
        return () => undefined;
      case 'attach': {
        const ended = request.sessions.flatMap((each) => this.#sessions.confirm(each.session, each));
        return () => ended;
      }
      case 'kick':
        if (core.members.get(request.member) !== undefined)
          this.#accept({ type: 'remove', member: request.member, reason: 'kicked', why: request.reason });
        return () => undefined;
      case 'close':
        if (core.closed === undefined) this.#accept({ type: 'close', reason: request.reason });
        return () => undefined;
      case 'view': {
        const { viewer } = request;
        return () => core.view(viewer === undefined ? undefined : core.members.get(viewer)?.member);
      }
      case 'baseline': {
        const member = core.members.session(request.session)?.member;
        const membership = member === undefined ? undefined : core.members.get(member);
        if (membership === undefined) throw new NotAMemberError();
        return () => baseline(core, membership.member);
      }
      case 'count':
        return () => core.members.count;
      case 'members':
        return () => core.members.page(request.after, request.limit);
      case 'create':
        if (!core.isFresh) throw new RejectedError('the room exists');
        core.isFresh = false;
        return () => undefined;
      case 'history':
        throw new TypeError('History is read from the log, not in a turn.');
    }
  }

  /** Most turns have nothing to do with them. */
  get #sessions(): Attachments {
    const { core, ids, now } = this.context;
    const ended = this.#ended;
    return (this.#attachments ??= new Attachments({ core, ids, now, ended, accept: (input) => this.#accept(input) }));
  }

  /** Who was refused has made the room all the same, and nobody who joins it after them has. */
  #refuseMaker(error: unknown): void {
    const { core } = this.context;
    if (error instanceof RoomError) error.hasMadeRoom = core.isFresh;
    core.isFresh = false;
  }

  #join(request: JoinRequestOfRoom): () => Promise<ReplyTo<JoinRequestOfRoom>> {
    const { core } = this.context;
    if (core.closed !== undefined) throw new RoomClosedError(core.closed);
    const member: Member = { ...request.profile, id: request.user };
    const before = core.seq;
    const created = core.isFresh;
    const session = this.#sessions.take(request, member);
    const join = { ...session, request, member, before, created };
    return () => this.context.joined(join);
  }

  #command(request: CommandRequest): () => CommandReply {
    const { core } = this.context;
    const by = this.#author(request);
    const known = core.outcomes.find(by.id, request.commandId);
    if (known === 'forgotten') throw new UnknownOutcomeError();
    if (known !== undefined) {
      const { position, data } = known;
      return () => ({ position, duplicate: true, ...(data !== undefined && { data }) });
    }
    if (core.closed !== undefined) throw new RoomClosedError(core.closed);
    const { name, data, commandId } = request;
    const { last, reply } = this.#accept({ type: 'command', name, data, by, commandId });
    const position = { epoch: core.epoch, seq: last };
    return () => ({ position, ...(reply !== undefined && { data: reply }) });
  }

  #author({ session, as }: CommandRequest): Member {
    const { core } = this.context;
    if (session === undefined) return core.members.get(as.id)?.member ?? { id: as.id, name: as.name };
    const member = core.members.session(session)?.member;
    const membership = member === undefined ? undefined : core.members.get(member);
    if (membership !== undefined) return membership.member;
    throw core.closed === undefined ? new NotAMemberError() : new RoomClosedError(core.closed);
  }

  /** Takes an input in with all that follows from it, and notes what members and nodes are to hear. */
  #accept(input: Input): Entry {
    const { core, ids, now, handled } = this.context;
    const note = input.type === 'command' ? undefined : this.#noteOf(input);
    const { entry, effects, followUps, redact, failure } = core.accept(input, now, ids.seed(), handled);
    note?.();
    this.entries.push(entry);
    this.effects.push(...effects);
    this.redact.push(...redact);
    if (failure !== undefined) this.context.report(`failed at ${input.type}`, failure.cause);
    for (const next of followUps) if (core.closed === undefined) this.#accept(next);
    return entry;
  }

  /** What members and nodes are to hear of a coming, a going or an end, if it is accepted. Looks at the members before it. */
  #noteOf(input: Input): () => void {
    const { members } = this.context.core;
    const passage = members.passageOf(input);
    const ended = this.#endedBy(input);
    return () => {
      this.#ended.push(...ended);
      if (passage?.type === 'room.join') this.#toTell().join(passage.by);
      if (passage?.type === 'room.leave') this.#toTell().leave(passage.by.id, passage.reason);
    };
  }

  #toTell(): Passages {
    return (this.#passages ??= new Passages());
  }

  #endedBy(input: Input): EndedSession[] {
    const { members } = this.context.core;
    if (input.type === 'close') return endedByClosing(members, input.reason);
    if (input.type !== 'remove') return [];
    const sessions = [...(members.get(input.member)?.sessions ?? [])];
    return sessions.map((session) => ({ session, code: 'FORBIDDEN', reason: input.why ?? input.reason }));
  }
}
