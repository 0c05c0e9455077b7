import {
  BusyError,
  FencedError,
  InternalError,
  MovedError,
  NoSuchRoomError,
  QuarantinedError,
  RoomError,
  UnavailableError,
} from '../errors.js';
import { eachOf } from '../each-of.js';
import { isSavable, type RoomKind } from '../kind.js';
import type { EndedSession } from '../feed/feed.js';
import type { ActiveRoom } from '../node.js';
import type { Asker } from '../room/asker.js';
import type { CommandRequest, Request } from '../room/request.js';
import type { RoomCore } from '../room/core.js';
import type { Room, RoomEvents } from '../room/room.js';
import type { Loss } from '../room/tenure.js';
import { Loader, type LoaderOptions } from './loader.js';
import { Quarantine } from './quarantine.js';
import { creationOf, roomFor, type Slot, type Waiting } from './slot.js';

/** A room that cannot be started is tried again after so long, doubling. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
const REVIEWED_AT_ONCE = 64;

export interface RoomHostOptions extends LoaderOptions {
  /** Lets go of a room. Never rejects. @returns the node that is to own it, if it is another. */
  release(address: string): Promise<string | undefined>;
  /** Has the next owner of a room go on with it. Never rejects. */
  handOver(address: string): Promise<void>;
  /** Ends the attachments here of those who are in the room no longer. */
  endOthers(address: string, isSession: (session: string) => boolean, ended: Omit<EndedSession, 'session'>): void;
}

const NOBODY: Asker = { resolve: () => {}, reject: () => {} };

/** The rooms that this process owns: activates them when they are asked for, unloads them when nobody is there. */
export class RoomHost {
  readonly #slots = new Map<string, Slot>();
  readonly #loader: Loader;
  /** Rooms being activated, unloaded or loaded again. */
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #quarantine = new Quarantine();
  /** How often `retry` was called. */
  #retries = 0;
  #commands = 0;
  #isDraining = false;

  constructor(private readonly options: RoomHostOptions) {
    this.#loader = new Loader(options);
  }

  /** Rooms loaded here. */
  get active(): number {
    return this.#slots.size;
  }

  /** Commands asked for. */
  get commands(): number {
    return this.#commands;
  }

  /** Rooms that take requests. */
  *rooms(): Generator<ActiveRoom> {
    for (const [address, slot] of this.#slots) {
      if (slot.state !== 'active') continue;
      const { members, position } = slot.room.core;
      yield { address, members: members.count, position };
    }
  }

  /** Whether a room of this address could be woken at all. */
  knows(address: string): boolean {
    return this.#loader.knows(address);
  }

  isActive(address: string): boolean {
    const state = this.#slots.get(address)?.state;
    return state !== undefined && state !== 'refused';
  }

  /** Hands a request to the room, in the order of the calls, activating it first where needed. */
  ask(address: string, request: Request, deadline: number, asker: Asker): void {
    if (request.type === 'command') this.#commands += 1;
    if (request.type === 'command' && this.#isQuarantined(address, request))
      return asker.reject(new QuarantinedError());
    if (!this.options.lease.isHeld && this.#loader.isVolatile(address)) return asker.reject(new UnavailableError());
    const room = roomFor(request, this.#slots.get(address));
    if (room !== undefined) return room.ask(request, deadline, asker);
    if (request.type === 'count') return asker.resolve(0);
    this.#wait(address, {
      creation: creationOf(request),
      run: (started) => started.ask(request, deadline, asker),
      fail: (error) => {
        const last = roomFor(request, this.#slots.get(address));
        if (last === undefined) asker.reject(error);
        else last.ask(request, deadline, asker);
      },
    });
  }

  /** Has a room keep its deadline, loading it where needed. Failures are logged and tried again later. */
  wake(address: string): void {
    const slot = this.#slots.get(address);
    if (slot?.state === 'active') slot.room.keepTime();
    if (!this.isActive(address)) this.#wait(address, { creation: undefined, run: () => {}, fail: () => {} });
  }

  /** What kept rooms from starting may be over: whoever asks for one next starts it. */
  retry(): void {
    this.#retries += 1;
    const now = this.options.env.clock.now();
    for (const [address, slot] of this.#slots)
      if (slot.state === 'refused' && slot.error.code !== 'DIVERGED')
        this.#slots.set(address, { ...slot, until: now, retryMs: FIRST_RETRY_MS });
  }

  /** These are all the nodes there are: sessions of others wait for their members. */
  tellNodes(nodes: readonly string[]): void {
    for (const slot of this.#slots.values())
      if (slot.state === 'active') slot.room.ask({ type: 'nodes', nodes }, Infinity, NOBODY);
  }

  /** Asks whose the rooms are, all or those in one state, and gives up those of other nodes: this one may have been taken for gone. */
  async review(state?: Slot['state']): Promise<void> {
    const slots = [...this.#slots].filter(([, slot]) => state === undefined || slot.state === state);
    await eachOf(slots, REVIEWED_AT_ONCE, async ([address]) => {
      if ((await this.options.lease.isOwn(address)) !== false) return;
      const slot = this.#slots.get(address);
      if (slot?.state === 'active') await this.#begin(this.#giveUp(address, slot.room));
      if (slot?.state === 'refused') this.#leave(address);
    });
  }

  /** Ids of rooms of a kind that exist, in order, after `cursor`. */
  list(kind: RoomKind, limit: number, cursor: string | undefined): Promise<readonly string[]> {
    return this.#loader.list(kind, limit, cursor);
  }

  /** Stops taking work, lets every room finish and save; gives up on those that have not by then. */
  async drain(withinMs: number): Promise<void> {
    const { clock, logger } = this.options.env;
    this.#isDraining = true;
    const late = new Promise<'late'>((resolve) => clock.after(withinMs, () => resolve('late')));
    if ((await Promise.race([this.#empty(), late])) === 'late')
      logger.error('rooms could not be saved in time', { rooms: [...this.#slots.keys()].slice(0, 10) });
  }

  /** What is being activated has to be waited for before it can be unloaded. */
  async #empty(): Promise<void> {
    while (this.#slots.size > 0) {
      for (const [address, slot] of this.#slots) {
        if (slot.state === 'refused') this.#slots.delete(address);
        if (slot.state === 'active') void this.#begin(this.#passivate(address, slot.room));
      }
      await Promise.all(this.#underWay);
    }
  }

  /** Remembers a change of state until it is over. */
  #begin<T>(change: Promise<T>): Promise<T> {
    this.#underWay.add(change);
    void change.finally(() => this.#underWay.delete(change));
    return change;
  }

  #isQuarantined(address: string, { as, name }: CommandRequest): boolean {
    return this.#quarantine.holds(address, { member: as.id, command: name }, this.options.env.clock.now());
  }

  #wait(address: string, waiting: Waiting): void {
    const { clock, limits } = this.options.env;
    const slot = this.#slots.get(address);
    if (slot?.state === 'activating' || slot?.state === 'passivating') {
      if (slot.waiting.length >= limits.mailbox.maxLetters) waiting.fail(new BusyError('The room'));
      else slot.waiting.push(waiting);
      return;
    }
    if (slot?.state === 'refused' && slot.until > clock.now()) {
      waiting.fail(slot.error);
      return;
    }
    if (this.#isDraining) void this.#turnAway(address, waiting);
    else if (slot === undefined && this.#slots.size >= limits.maxRooms) waiting.fail(new BusyError('The server'));
    else {
      const retryMs = slot?.state === 'refused' ? slot.retryMs : FIRST_RETRY_MS;
      const last = slot?.state === 'refused' ? slot.last : undefined;
      void this.#begin(this.#activate(address, [waiting], retryMs, last));
    }
  }

  /** One that was to be owned here is another's from now on. */
  async #turnAway(address: string, waiting: Waiting): Promise<void> {
    const next = await this.options.release(address);
    waiting.fail(next === undefined ? new UnavailableError() : new MovedError());
  }

  /** @param last the room as it was in this process before, whose members go on where they stood. */
  async #activate(
    address: string,
    waiting: Waiting[],
    retryMs: number,
    last?: Room,
    cautiousUntil = 0,
  ): Promise<Room | undefined> {
    this.#slots.set(address, { state: 'activating', waiting });
    // What comes from now on waits for the outcome of this.
    const asked = waiting.length;
    const retries = this.#retries;
    const creation = waiting.find((each) => each.creation !== undefined)?.creation;
    try {
      const { room, inputs } = await this.#loader.load(
        address,
        { creation, last, cautiousUntil },
        this.#events(address),
      );
      this.#slots.set(address, { state: 'active', room, since: this.options.env.clock.now(), retryMs });
      room.begin(inputs);
      if (last !== undefined) this.#endOthers(address, room.core);
      for (const { run } of waiting) run(room);
      return room;
    } catch (thrown) {
      // That there was no such room is no answer to those who came later and may make it.
      const makers = thrown instanceof NoSuchRoomError ? waiting.slice(asked).filter((each) => each.creation) : [];
      const refused = waiting.filter((each) => !makers.includes(each));
      // What kept it from starting may have been over before this was known.
      const pauseMs = retries === this.#retries ? retryMs : 0;
      this.#refuse(address, thrown, refused, { pauseMs, retryMs, last });
      for (const each of makers) this.#wait(address, each);
      return undefined;
    }
  }

  /** A turn of which nobody was told may have put members out. */
  #endOthers(address: string, { closed, members }: RoomCore): void {
    const ended =
      closed === undefined
        ? ({ code: 'FORBIDDEN', reason: 'no longer a member' } as const)
        : ({ code: 'ROOM_CLOSED', reason: closed } as const);
    this.options.endOthers(address, (session) => members.session(session) !== undefined, ended);
  }

  #events(address: string): RoomEvents {
    return {
      idle: (room) => void this.#begin(this.#passivate(address, room)),
      lost: async (room, why) => (await this.#begin(this.#reload(address, room, why)))?.core,
    };
  }

  /** What failed is answered, and not tried again at once. What the caller got wrong is not held against the room. */
  #refuse(
    address: string,
    thrown: unknown,
    waiting: readonly Waiting[],
    { pauseMs, retryMs, last }: { readonly pauseMs: number; readonly retryMs: number; readonly last: Room | undefined },
  ): void {
    const { clock, logger } = this.options.env;
    const own = thrown instanceof RoomError && thrown.code !== 'INTERNAL';
    const error = own ? thrown : new UnavailableError(thrown, retryMs);
    const isHis = own && thrown.code !== 'DIVERGED';
    if (isHis) this.#slots.delete(address);
    else {
      logger.error('a room cannot be started', { room: address, cause: thrown });
      // A machine does not change while the process runs.
      const until = error.code === 'DIVERGED' ? Infinity : clock.now() + pauseMs;
      const longer = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      this.#slots.set(address, { state: 'refused', error, until, retryMs: longer, last });
    }
    for (const { fail } of waiting) fail(error);
  }

  async #passivate(address: string, room: Room): Promise<void> {
    const isOccupied = room.core.members.count > 0;
    const next = await this.#unload(address, room, () => room.stop());
    if (isOccupied && next !== undefined) await this.options.handOver(address);
  }

  /** Another node has it. */
  async #giveUp(address: string, room: Room): Promise<void> {
    await this.#unload(address, room, () => room.giveUp());
  }

  /** @returns the node that is to own it, if it is another. */
  async #unload(address: string, room: Room, stop: () => Promise<void>): Promise<string | undefined> {
    const slot = this.#slots.get(address);
    if (slot?.state !== 'active' || slot.room !== room) return undefined;
    const waiting: Waiting[] = [];
    this.#slots.set(address, { state: 'passivating', waiting });
    await stop();
    const next = await this.options.release(address);
    this.#leave(address);
    // It may be another's by now: whoever asks for it asks whose it is first.
    const refusal = this.#isDraining && next === undefined ? new UnavailableError() : new MovedError();
    for (const each of waiting) each.fail(refusal);
    return next;
  }

  /** Nothing of it stays here. */
  #leave(address: string): void {
    if (this.#loader.isVolatile(address)) this.#loader.forget(address);
    this.#slots.delete(address);
    this.#quarantine.forget(address);
  }

  /** Loads a room again whose memory cannot be trusted any more: at once after a failed commit, else with a pause. */
  async #reload(address: string, room: Room, { cause, pauses, culprit }: Loss): Promise<Room | undefined> {
    const { clock, logger } = this.options.env;
    const slot = this.#slots.get(address);
    if (slot?.state !== 'active' || slot.room !== room) return undefined;
    logger.warn('a room is loaded again', { room: address, ...culprit, cause });
    if (culprit !== undefined && this.#quarantine.blame(address, culprit, clock.now()))
      logger.error('a command is quarantined', { room: address, ...culprit, cause });
    const waiting: Waiting[] = [];
    this.#slots.set(address, { state: 'activating', waiting });
    // Taking it back from a node that is to have it would have it taken away again.
    if (cause instanceof FencedError && (await this.options.lease.isOwn(address)) !== true) {
      this.#leave(address);
      for (const { fail } of waiting) fail(new MovedError(cause));
      return undefined;
    }
    if (!isSavable(room.core.kind)) {
      this.#loader.forget(address);
      this.#slots.delete(address);
      room.publisher.disband('restarted');
      for (const each of waiting) this.#wait(address, each);
      return undefined;
    }
    const isSteady = clock.now() - slot.since > LONGEST_RETRY_MS;
    const pauseMs = isSteady ? FIRST_RETRY_MS : slot.retryMs;
    // The first failed commit is made good at once. One that fails again and again is the room's own doing.
    const isAgain = !isSteady && slot.retryMs > FIRST_RETRY_MS;
    if (pauses || (cause !== undefined && isAgain)) await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
    const isItsFault = culprit !== undefined || cause instanceof InternalError;
    const cautiousUntil = isItsFault ? clock.now() + LONGEST_RETRY_MS : 0;
    return this.#activate(address, waiting, Math.min(pauseMs * 2, LONGEST_RETRY_MS), room, cautiousUntil);
  }
}
