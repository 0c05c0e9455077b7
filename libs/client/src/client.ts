import { formatAddress, type JoinInputOf, type ParamsInputOf, type Push, type RoomContract } from '@greenroom/protocol';
import type { Carrier } from './connection/carrier.js';
import { Connection, type TokenSource } from './connection/connection.js';
import type { ClientStatus } from './connection/status.js';
import { webSocket } from './connection/web-socket.js';
import { systemEnvironment, type Environment } from './environment.js';
import { Listeners } from './listeners.js';
import type { ClientRoom } from './room/client-room.js';
import { Room, type JoinRequest } from './room/room.js';

export interface ClientOptions {
  /** A token, or what gets one: asked for each new link, and before a token ends. */
  readonly token: TokenSource;
  /** How operations travel: `webSocket()`, or `socketIo()` of `@greenroom/client/socket.io`. @default `webSocket()` */
  readonly carrier?: Carrier;
  /** Milliseconds until `join`, `send`, `history` and `listMembers` give up. @default 30_000 */
  readonly timeoutMs?: number;
  /** Operations that may wait in a room, those on their way included. At most 256, what a room remembers. @default 256 */
  readonly queueLimit?: number;
}

/** The contract of one kind. */
type OfKind<C extends RoomContract, Kind extends C['kind']> = Extract<C, { readonly kind: Kind }>;

/** `params` are used only if this join makes the room. `data` is the contract's join data. */
export type JoinOptions<C extends RoomContract> = {
  readonly params?: ParamsInputOf<C>;
} & (undefined extends JoinInputOf<C> ? { readonly data?: JoinInputOf<C> } : { readonly data: JoinInputOf<C> });

/** Optional where nothing is asked of one who joins. */
type JoinArguments<C extends RoomContract> =
  undefined extends JoinInputOf<C> ? [options?: JoinOptions<C>] : [options: JoinOptions<C>];

/** One user's connection to a server, and the rooms joined on it. `Contracts`: the union of the kinds' contracts. */
export interface Client<Contracts extends RoomContract> {
  readonly status: ClientStatus;
  /** Returns what stops it. */
  onStatus(listener: (status: ClientStatus) => void): () => void;
  /**
   * Joins `kind/id`; connects first when there is no connection. A room that is joined already is the same object.
   * Rejects with a RoomError; with a TypeError or RangeError for an id that is none, or data that cannot travel.
   */
  join<Kind extends Contracts['kind']>(
    kind: Kind,
    id: string,
    ...options: JoinArguments<OfKind<Contracts, Kind>>
  ): Promise<ClientRoom<OfKind<Contracts, Kind>>>;
  /** Connects now, ahead of the first `join`; after the end of a connection, again. */
  connect(): void;
  /** Leaves every room and ends the connection. What waits rejects with a RoomError; loops end. A `join` connects again. */
  close(): void;
}

const DEFAULTS = { timeoutMs: 30_000, queueLimit: 256 } as const;
/** How many accepted commands of a member a room remembers. Source: protocol.md. */
const REMEMBERED = 256;
const DEFAULT_PATH = '/rooms';

/**
 * A client of a Greenroom server. `url` is the server's, http(s) or ws(s), relative to the page in a browser; its path is
 * that of the rooms gateway. @default `/rooms`
 *
 * @throws TypeError for a URL that is none. RangeError for a `queueLimit` that is none.
 */
export const createClient = <Contracts extends RoomContract>(url: string, options: ClientOptions): Client<Contracts> =>
  new RoomsClient(url, options, systemEnvironment) as unknown as Client<Contracts>;

/** For tests: on time and chance of their own. */
export class RoomsClient {
  readonly #rooms = new Map<string, { readonly room: Room; readonly joined: Promise<Room> }>();
  readonly #listeners: Listeners;
  readonly #connection: Connection;
  readonly #timeoutMs: number;
  readonly #queueLimit: number;
  readonly #clientId: string;
  #commands = 0;

  constructor(
    url: string,
    { token, carrier = webSocket(), timeoutMs, queueLimit }: ClientOptions,
    private readonly environment: Environment,
  ) {
    this.#timeoutMs = timeoutMs ?? DEFAULTS.timeoutMs;
    this.#queueLimit = queueLimit ?? DEFAULTS.queueLimit;
    if (!(this.#queueLimit >= 1 && this.#queueLimit <= REMEMBERED))
      throw new RangeError(`queueLimit is 1 to ${REMEMBERED}`);
    this.#clientId = environment.uniqueId();
    this.#listeners = new Listeners((error) => environment.report(error));
    this.#connection = new Connection(targetOf(url), token, carrier, environment, {
      online: () => this.#each((room) => room.online()),
      offline: () => this.#each((room) => room.offline()),
      pushed: (push) => this.#pushed(push),
      closed: (error) => this.#each((room) => room.close(error)),
      changed: (status) => this.#listeners.emit('status', status),
    });
  }

  get status(): ClientStatus {
    return this.#connection.status;
  }

  onStatus(listener: (status: ClientStatus) => void): () => void {
    return this.#listeners.add('status', listener);
  }

  connect(): void {
    this.#connection.open();
  }

  async join(kind: string, id: string, request: JoinRequest = {}): Promise<Room> {
    const address = formatAddress(kind, id);
    const known = this.#rooms.get(address);
    if (known !== undefined) return known.joined;
    const { params, data } = request;
    // Rejects for what cannot travel.
    this.#connection.packet('join', { room: address, params, data });
    const room = new Room(
      kind,
      id,
      // Brought again whenever it joins again: no matter what becomes of the original.
      structuredClone({ params, data }),
      {
        connection: this.#connection,
        environment: this.environment,
        outbox: { limit: this.#queueLimit, timeoutMs: this.#timeoutMs },
        commandId: () => `${this.#clientId}:${(this.#commands += 1)}`,
        ended: () => {
          if (this.#rooms.get(address)?.room === room) this.#rooms.delete(address);
        },
      },
    );
    const joined = room.join();
    this.#rooms.set(address, { room, joined });
    this.#connection.open();
    return joined;
  }

  close(): void {
    this.#each((room) => void room.leave());
    this.#connection.close();
  }

  #pushed(push: Push): void {
    if ('room' in push) this.#rooms.get(push.room)?.room.pushed(push);
  }

  #each(run: (room: Room) => void): void {
    // A listener may join and leave.
    for (const { room } of Array.from(this.#rooms.values())) run(room);
  }
}

function targetOf(url: string): URL {
  const page = (globalThis as { readonly location?: { readonly href: string } }).location?.href;
  const target = new URL(url, page);
  if (!/^(?:http|ws)s?:$/.test(target.protocol)) throw new TypeError(`${target.protocol} is none of http(s), ws(s)`);
  if (target.pathname === '/') target.pathname = DEFAULT_PATH;
  return target;
}
