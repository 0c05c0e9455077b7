import { NoSuchRoomError, UnknownKindError } from '../errors.js';
import { kindOf, type RoomKind } from '../kind.js';
import { LeasedMemoryStore, type Lease } from '../log/leased-memory-store.js';
import type { Place } from '../log/place.js';
import type { RoomStore } from '../log/store.js';
import type { RoomEnvironment } from '../room/environment.js';
import type { Room, RoomEvents } from '../room/room.js';
import { activate, type Activated, type Creation } from './activation.js';
import { Turnstile } from './turnstile.js';

/**
 * Rooms whose logs are read and replayed at a time. Many at once would all be there in the end, and what the first of them commit
 * would be answered behind what is read for the others.
 */
const AT_ONCE = 4;
/** One that takes longer waits for the store, part of which may hang: the rest need not. Milliseconds. */
const LONG_MS = 500;

export interface LoaderOptions {
  readonly env: Omit<RoomEnvironment, 'store'>;
  /** Keeps the durable kinds. */
  readonly store: RoomStore;
  /** For how long rooms may be kept in this process alone. */
  readonly lease: Lease;
  readonly checks: boolean;
  kind(name: string): RoomKind | undefined;
  /** Whether a connection is open, as far as can be told from here. */
  isOpen(place: Place): boolean;
}

/** How a room is to be loaded. */
export interface Loading {
  readonly creation: Creation | undefined;
  /** The room as it was in this process before, whose members go on where they stood. */
  readonly last: Room | undefined;
  /** See {@link Tenure}. */
  readonly cautiousUntil: number;
}

/** Loads rooms by their kind, from where it is kept: the store, or this process's memory. */
export class Loader {
  readonly #memory: LeasedMemoryStore;
  readonly #turnstile: Turnstile;

  constructor(private readonly options: LoaderOptions) {
    this.#turnstile = new Turnstile(AT_ONCE, LONG_MS, options.env.clock);
    this.#memory = new LeasedMemoryStore(options.lease);
  }

  /** Whether a room of this address could be loaded at all. */
  knows(address: string): boolean {
    return this.options.kind(kindOf(address)) !== undefined;
  }

  /** Whether it is kept in this process alone. */
  isVolatile(address: string): boolean {
    return this.options.kind(kindOf(address))?.options.durability === 'memory';
  }

  list({ contract, options }: RoomKind, limit: number, cursor: string | undefined): Promise<readonly string[]> {
    const store = options.durability === 'memory' ? this.#memory : this.options.store;
    return store.list(contract.kind, limit, cursor);
  }

  /** What of it is kept in this process goes. */
  forget(address: string): void {
    this.#memory.forget(address);
  }

  /** @throws NoSuchRoomError when there is none and it is not to be made; UnknownKindError. */
  async load(address: string, { creation, last, cautiousUntil }: Loading, events: RoomEvents): Promise<Activated> {
    const { env, store, checks } = this.options;
    const kind = this.options.kind(kindOf(address));
    if (kind === undefined) throw new UnknownKindError(kindOf(address));
    const isImplicit = creation !== undefined && creation.params === undefined;
    const mayMake = !isImplicit || kind.options.create === 'on-join';
    const activated = await activate(
      {
        env: { ...env, store: kind.options.durability === 'memory' ? this.#memory : store },
        events,
        checks,
        turnstile: this.#turnstile,
        cautiousUntil,
        isOpen: (place) => this.options.isOpen(place),
      },
      kind,
      address,
      mayMake ? creation : undefined,
      last,
    );
    if (activated === undefined) throw new NoSuchRoomError();
    return activated;
  }
}
