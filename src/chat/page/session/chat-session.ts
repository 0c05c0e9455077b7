import { createClient, type Client, type ClientStatus } from '@greenroom/client';
import { Store } from '../../../pages/store.js';
import type { ChatContract } from '../room-types.js';
import { keepCarrier, keptCarrier, loadCarrier, type CarrierName } from './carriers.js';
import { login, type Identity } from './identity.js';
import { OpenRoom } from './open-room.js';
import { forgetRoom, rememberRoom } from './rooms-memory.js';

export interface SessionState {
  readonly status: ClientStatus;
  readonly carrier: CarrierName;
  /** In the order they were opened. */
  readonly rooms: readonly OpenRoom[];
}

/** As long as a page may be without a server: until then what was typed waits. */
const WAITS_MS = 24 * 3_600_000;

/** One person at this page, from signing in to signing out. */
export class ChatSession {
  readonly store = new Store<SessionState>({ status: { state: 'connecting' }, carrier: keptCarrier(), rooms: [] });
  /** The one that signing in has brought is good for the first connection. */
  #token: string | undefined;
  #client: Client<ChatContract> | undefined;
  #isOver = false;

  constructor(
    readonly me: Identity,
    token: string | undefined,
  ) {
    this.#token = token;
    void this.connect(this.store.value.carrier);
  }

  /** Goes on over this carrier. Whatever is typed meanwhile waits. */
  async connect(carrier: CarrierName): Promise<void> {
    const old = this.#client;
    this.#change({ carrier });
    try {
      const loaded = await loadCarrier(carrier);
      if (this.#isOver || this.store.value.carrier !== carrier) return;
      this.#use(
        createClient<ChatContract>('/', { token: () => this.#freshToken(), carrier: loaded, timeoutMs: WAITS_MS }),
      );
      keepCarrier(carrier);
    } catch {
      // Its code could not be fetched: what there is still works.
      if (this.#client === old) this.#change({ carrier: 'WebSocket' });
    }
  }

  /** After it has ended for good. */
  reconnect(): void {
    void this.connect(this.store.value.carrier);
  }

  /** The room, opened unless it is open. */
  open(id: string): OpenRoom {
    rememberRoom(id);
    const known = this.store.value.rooms.find((room) => room.id === id);
    if (known !== undefined) return known;
    const room = new OpenRoom(id, this.me);
    this.#change({ rooms: [...this.store.value.rooms, room] });
    this.#attach(room);
    return room;
  }

  /** Tries once more to get into a room one was put out of. */
  reopen(room: OpenRoom): void {
    this.#attach(room);
  }

  leave(id: string): void {
    forgetRoom(id);
    const room = this.store.value.rooms.find((each) => each.id === id);
    this.#change({ rooms: this.store.value.rooms.filter((each) => each !== room) });
    void room?.leave();
  }

  end(): void {
    this.#isOver = true;
    for (const room of this.store.value.rooms) void room.leave();
    this.#client?.close();
  }

  #use(client: Client<ChatContract>): void {
    const old = this.#client;
    this.#client = client;
    client.onStatus((status) => {
      if (client === this.#client) this.#change({ status });
    });
    client.connect();
    for (const room of this.store.value.rooms) this.#attach(room);
    old?.close();
  }

  #attach(room: OpenRoom): void {
    if (this.#client !== undefined) void room.attach(this.#client);
  }

  async #freshToken(): Promise<string> {
    const token = this.#token;
    this.#token = undefined;
    if (token !== undefined) return token;
    return (await login(this.me.name, this.me.isModerator)).token;
  }

  #change(change: Partial<SessionState>): void {
    this.store.update((state) => ({ ...state, ...change }));
  }
}
