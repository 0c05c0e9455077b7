import type {
  EventName,
  EventOf,
  MemberOf,
  Position,
  ReplyOf,
  RoomContract,
  SendOf,
  SignalOf,
  ViewOf,
} from '@greenroom/protocol';
import type { MembersChange } from './roster.js';
import type { RoomStatus } from './room-status.js';

/** Who caused something: a member, or somebody of whom only the id is sure, such as the server itself (`system`). */
export type Author<C extends RoomContract> = { readonly id: string } & Partial<MemberOf<C>>;

/** What is known of an event besides its data. */
export interface EventMeta<C extends RoomContract> {
  /** Its place in the room's order; rises, with holes. */
  readonly seq: number;
  /** Milliseconds since 1970, by the server's clock. */
  readonly at: number;
  /** Whose command caused it; absent when no member's did. */
  readonly by?: Author<C>;
}

/** An event as a `for await` loop and `history` have it. */
export type RoomEvent<C extends RoomContract> = {
  [Name in EventName<C>]: { readonly name: Name; readonly data: EventOf<C, Name> } & EventMeta<C>;
}[EventName<C>];

/** An event that the room has blanked since: only its place in the order is left. */
export type RedactedEvent<C extends RoomContract> = {
  readonly name: EventName<C>;
  readonly data: null;
  readonly redacted: true;
} & EventMeta<C>;

/** A new start: events were missed that the server does not keep any more, or cannot send. */
export interface Reset<C extends RoomContract> {
  readonly view: ViewOf<C>;
  readonly position: Position;
}

/** In a `for await` loop, between the events. */
export type ResetEvent<C extends RoomContract> = { readonly name: 'room.reset'; readonly data: Reset<C> };

/** What a room tells about itself. Contracts cannot have names like these. */
export interface RoomNews<C extends RoomContract> {
  'room.reset': readonly [Reset<C>];
  'room.members': readonly [MembersChange];
  'room.status': readonly [RoomStatus];
}

// Spelt out, not by their names in the protocol: so the compiler tells which there are when one is wrong.
type Commands<C extends RoomContract> = C['commands'];
type Events<C extends RoomContract> = C['events'];
type Signals<C extends RoomContract> = NonNullable<C['signals']>;

/** What a listener is called with. */
type Heard<C extends RoomContract, Name extends string> = Name extends keyof RoomNews<C>
  ? RoomNews<C>[Name]
  : [data: EventOf<C, Name>, meta: EventMeta<C>];

export interface Sent<Data> {
  /** Where in the room's order the command stands. */
  readonly position: Position;
  /** What the room answered with `room.reply`. */
  readonly data: Data;
  /** It had taken effect before; this is what came of it then. */
  readonly duplicate?: boolean;
}

export interface SendOptions {
  /**
   * The command's id, up to 64 characters: a room that has accepted it from this user does not do it again within ten minutes. For whoever
   * asks once more for what has an unknown outcome: by another client, on a page that was loaded anew. @default a new one
   */
  readonly id?: string;
}

/** One room that was joined. */
export interface ClientRoom<C extends RoomContract> extends AsyncIterable<RoomEvent<C> | ResetEvent<C>> {
  readonly kind: C['kind'];
  readonly id: string;
  readonly status: RoomStatus;
  /** The member one is. */
  readonly me: MemberOf<C>;
  /** What one was shown when joining, or at the last reset. Events after it are not in it. */
  readonly view: ViewOf<C>;
  /** The first hundred, and whoever came since. A new array after each change. */
  readonly members: readonly MemberOf<C>[];
  /** All members, not only those listed. */
  readonly count: number;
  /** What has been seen of the room's order. */
  readonly position: Position;

  /**
   * Asks the room for something. Kept while there is no connection, sent in the order asked, and sent again under the
   * same id until the room has answered: it takes effect once.
   *
   * Rejects with a RoomError. `UNKNOWN_OUTCOME`: it may have taken effect, and nobody can say. Any other code: it has
   * not. `BUSY` also when too much waits already, `TOO_LARGE` when it is more than 1 MiB. Rejects with a TypeError or
   * RangeError for data that cannot travel: JSON values and `Uint8Array` can.
   */
  send<Name extends keyof Commands<C> & string>(
    name: Name,
    data: SendOf<C, Name>,
    options?: SendOptions,
  ): Promise<Sent<ReplyOf<C, Name>>>;

  /**
   * Tells the others something that may get lost: typing, a cursor. Dropped while there is no connection.
   * @throws what `send` rejects with for data that cannot travel.
   */
  signal<Name extends keyof Signals<C> & string>(name: Name, data: SignalOf<C, Name>): void;

  /**
   * Listens to an event of the room, or to news of it: `room.reset`, `room.members`, `room.status`. Returns what stops it.
   * Events wait for the first listener: nothing is lost between `join` and the `on`s that follow it. What the room has
   * blanked meanwhile is not told.
   */
  on<Name extends (keyof Events<C> & string) | 'room.reset' | 'room.members' | 'room.status'>(
    name: Name,
    listener: (...heard: Heard<C, Name>) => void,
  ): () => void;

  /** The same, for the next one alone. */
  once<Name extends (keyof Events<C> & string) | 'room.reset' | 'room.members' | 'room.status'>(
    name: Name,
    listener: (...heard: Heard<C, Name>) => void,
  ): () => void;

  /** Listens to what the others `signal`. Returns what stops it. */
  onSignal<Name extends keyof Signals<C> & string>(
    name: Name,
    listener: (data: SignalOf<C, Name>, by: Author<C>) => void,
  ): () => void;

  /** Older events, ascending. `before`: a `seq`, by default from the newest. `limit`: 1 to 1000. @default 200 */
  history(range?: {
    readonly before?: number;
    readonly limit?: number;
  }): Promise<{ readonly events: readonly (RoomEvent<C> | RedactedEvent<C>)[]; readonly more: boolean }>;

  /** A page of all members, by id. `after`: the last id of the page before. `limit`: 1 to 1000. @default 100 */
  listMembers(page?: {
    readonly after?: string;
    readonly limit?: number;
  }): Promise<{ readonly members: readonly MemberOf<C>[]; readonly more: boolean }>;

  /**
   * Leaves for good: what waits rejects `NOT_A_MEMBER`, loops end. Resolves when the server knows, or cannot be told: then
   * the others see one go when its grace is over.
   */
  leave(): Promise<void>;
}
