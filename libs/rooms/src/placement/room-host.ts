import {
  BusyError,
  FencedError,
  InternalError,
  NoSuchRoomError,
  QuarantinedError,
  RoomError,
  UnavailableError,
  UnknownKindError,
} from '../errors.js';
import { isSavable, kindOf, type RoomKind } from '../kind.js';
import { MemoryRoomStore } from '../log/memory-store.js';
import type { EndedSession } from '../feed/feed.js';
import type { ActiveRoom, RoomList } from '../node.js';
import type { Asker } from '../room/asker.js';
import type { CommandRequest, Request } from '../room/request.js';
import type { RoomEnvironment } from '../room/environment.js';
import type { RoomCore } from '../room/core.js';
import type { Room, RoomEvents } from '../room/room.js';
import type { Loss } from '../room/tenure.js';
import { activate, type Activated, type ActivationContext, type Creation } from './activation.js';
import { Quarantine } from './quarantine.js';
import { creationOf, roomFor, type Slot, type Waiting } from './slot.js';

/** A room that cannot be started is tried again after so long, doubling. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

export interface RoomHostOptions {
  readonly env: Omit<RoomEnvironment, 'store'>;
  /** Keeps the durable kinds. */
  readonly store: RoomEnvironment['store'];
  readonly checks: boolean;
  kind(name: string): RoomKind | undefined;
  /** Whether this node is the one to own the room, as far as can be told now. */
  isOwn(address: string): Promise<boolean>;
  /** Whether a connection of this node is open. */
  isOpen(connection: string): boolean;
  /** Ends the attachments here of those who are in the room no longer. */
  endOthers(address: string, isSession: (session: string) => boolean, ended: Omit<EndedSession, 'session'>): void;
}

/** The rooms that this process owns: activates them when they are asked for, unloads them when nobody is there. */
export class RoomHost {
  readonly #slots = new Map<string, Slot>();
  readonly #memory = new MemoryRoomStore();
  /** Rooms being activated, unloaded or loaded again. */
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #quarantine = new Quarantine();
  /** How often `retry` was called. */
  #retries = 0;
  #commands = 0;
  #isDraining = false;

  constructor(private readonly options: RoomHostOptions) {}

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
    return this.options.kind(kindOf(address)) !== undefined;
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
    const room = roomFor(request, this.#slots.get(address));
    if (room !== undefined) return room.ask(request, deadline, asker);
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

  /** Rooms of a kind that exist, by id, with how many members are in those that are active here. */
  async list(kind: RoomKind, limit: number, cursor: string | undefined): Promise<RoomList> {
    const { kind: name } = kind.contract;
    const store = kind.options.durability === 'memory' ? this.#memory : this.options.store;
    const ids = await store.list(name, limit + 1, cursor);
    const rooms = ids.slice(0, limit).map((id) => {
      const slot = this.#slots.get(`${name}/${id}`);
      return { id, members: slot?.state === 'active' ? slot.room.core.members.count : 0 };
    });
    const last = rooms.at(-1);
    return { rooms, ...(ids.length > limit && last !== undefined && { cursor: last.id }) };
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
    if (this.#isDraining) waiting.fail(new UnavailableError());
    else if (slot === undefined && this.#slots.size >= limits.maxRooms) waiting.fail(new BusyError('The server'));
    else {
      const retryMs = slot?.state === 'refused' ? slot.retryMs : FIRST_RETRY_MS;
      const last = slot?.state === 'refused' ? slot.last : undefined;
      void this.#begin(this.#activate(address, [waiting], retryMs, last));
    }
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
      const { room, inputs } = await this.#load(address, creation, last, cautiousUntil);
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

  async #load(
    address: string,
    creation: Creation | undefined,
    last: Room | undefined,
    cautiousUntil: number,
  ): Promise<Activated> {
    const kindName = kindOf(address);
    const kind = this.options.kind(kindName);
    if (kind === undefined) throw new UnknownKindError(kindName);
    const isVolatile = kind.options.durability === 'memory';
    const store = isVolatile ? this.#memory : this.options.store;
    const events: RoomEvents = {
      idle: (room) => void this.#begin(this.#passivate(address, room)),
      lost: async (room, why) => (await this.#begin(this.#reload(address, room, why)))?.core,
    };
    const context: ActivationContext = {
      env: { ...this.options.env, store },
      events,
      checks: this.options.checks,
      cautiousUntil,
      isOpen: (connection) => this.options.isOpen(connection),
    };
    const isImplicit = creation !== undefined && creation.params === undefined;
    const mayMake = !isImplicit || kind.options.create === 'on-join';
    const activated = await activate(context, kind, address, mayMake ? creation : undefined, last);
    if (activated === undefined) throw new NoSuchRoomError();
    return activated;
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

  async #mayOwn(address: string): Promise<boolean> {
    try {
      return await this.options.isOwn(address);
    } catch {
      return false;
    }
  }

  async #passivate(address: string, room: Room): Promise<void> {
    const slot = this.#slots.get(address);
    if (slot?.state !== 'active' || slot.room !== room) return;
    const waiting: Waiting[] = [];
    this.#slots.set(address, { state: 'passivating', waiting });
    await room.stop();
    if (room.core.kind.options.durability === 'memory') this.#memory.forget(address);
    this.#slots.delete(address);
    this.#quarantine.forget(address);
    for (const each of waiting) this.#wait(address, each);
  }

  /** Loads a room again whose memory cannot be trusted any more: at once after a failed commit, else with a pause. */
  async #reload(address: string, room: Room, { cause, pauses, culprit }: Loss): Promise<Room | undefined> {
    const { clock, logger } = this.options.env;
    const slot = this.#slots.get(address);
    if (slot?.state !== 'active' || slot.room !== room) return undefined;
    logger.warn('a room is loaded again', { room: address, ...culprit, cause });
    if (culprit !== undefined && this.#quarantine.blame(address, culprit, clock.now()))
      logger.error('a command is quarantined', { room: address, ...culprit, cause });
    if (!isSavable(room.core.kind)) {
      this.#memory.forget(address);
      this.#slots.delete(address);
      room.disband('restarted');
      return undefined;
    }
    const waiting: Waiting[] = [];
    this.#slots.set(address, { state: 'activating', waiting });
    // Taking it back from a node that is to have it would have it taken away again.
    if (cause instanceof FencedError && !(await this.#mayOwn(address))) {
      this.#slots.delete(address);
      for (const { fail } of waiting) fail(new UnavailableError(cause));
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
