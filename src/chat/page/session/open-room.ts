import { RoomError, type Client } from '@greenroom/client';
import { Store } from '../../../pages/store.js';
import type { ChatContract, ChatRoom, Member } from '../room-types.js';
import * as timelines from '../timeline/timeline.js';
import type { Message, Timeline } from '../timeline/timeline.js';
import { refusalOf } from '../words.js';
import type { Identity } from './identity.js';
import { waitingOf } from './rooms-memory.js';
import { current, heard, type Typists } from './typing.js';

/** How one stands with the room. */
export type Presence =
  | { readonly is: 'joining' }
  | { readonly is: 'joined' }
  | { readonly is: 'away' }
  /** Out, and why. */
  | { readonly is: 'out'; readonly why: string; readonly isKicked: boolean };

export interface RoomState {
  readonly presence: Presence;
  readonly timeline: Timeline;
  readonly members: readonly Member[];
  readonly count: number;
  readonly typists: Typists;
  /** Until when somebody is muted or out, by member id: as far as it was told. */
  readonly muted: ReadonlyMap<string, number>;
  readonly unread: number;
  readonly isLoading: boolean;
  /** What went wrong last, for the person who tried. */
  readonly notice: string | undefined;
}

const PAGE = 100;
/** How often what has ended is taken away. */
const LOOK_MS = 1000;

/** One room as it is on the screen: what the server tells of it, and what is typed here. */
export class OpenRoom {
  readonly store: Store<RoomState>;
  #room: ChatRoom | undefined;
  #stops: (() => void)[] = [];
  /** On their way: nobody sends them a second time. */
  readonly #sending = new Set<string>();
  /** Until when oneself is out. */
  #bannedUntil: number | undefined;
  #isShown = false;
  #isOver = false;
  #counter = 0;
  /** Of what is typed on this page, in whatever room of whatever tab. */
  readonly #pageId = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(36)).join('');
  readonly #waiting;
  readonly #watch = setInterval(() => this.#forget(), LOOK_MS);

  constructor(
    readonly id: string,
    private readonly me: Identity,
  ) {
    this.#waiting = waitingOf(me.id, id);
    this.store = new Store<RoomState>({
      presence: { is: 'joining' },
      timeline: this.#restored(),
      members: [],
      count: 0,
      typists: new Map(),
      muted: new Map(),
      unread: 0,
      isLoading: false,
      notice: undefined,
    });
  }

  /** Joins on this client, also when it was joined on another before. */
  async attach(client: Client<ChatContract>): Promise<void> {
    this.#detach();
    this.#change({ presence: { is: 'joining' }, notice: undefined });
    try {
      const room = await client.join('chat', this.id);
      if (this.#isOver) return void room.leave();
      this.#joined(room);
    } catch (error) {
      const { status } = client;
      // A client that was replaced says so of every room: the next one joins.
      if (status.state !== 'closed' || status.error !== undefined) this.#out(error);
    }
  }

  /** The client is not wanted any more; what is not sent yet is sent on the next one. */
  #detach(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#room = undefined;
    this.#sending.clear();
  }

  async leave(): Promise<void> {
    this.#isOver = true;
    clearInterval(this.#watch);
    const room = this.#room;
    this.#detach();
    await room?.leave();
  }

  /** Whether it is the one that is looked at. */
  show(isShown: boolean): void {
    this.#isShown = isShown;
    if (isShown) this.#change({ unread: 0 });
  }

  say(text: string): void {
    this.#counter += 1;
    const from = { id: this.me.id, name: this.me.name };
    const at = Date.now();
    const key = `${this.#pageId}-${this.#counter}`;
    this.#timeline((timeline) => timelines.typed(timeline, { key, from, text, at }));
    this.#send();
  }

  /** Sends a message that failed once more. */
  retry(key: string): void {
    this.#timeline((timeline) => timelines.retried(timeline, key));
    this.#send();
  }

  discard(key: string): void {
    this.#timeline((timeline) => timelines.discarded(timeline, key));
  }

  edit(id: string, text: string): void {
    void this.#try((room) => room.send('edit', { id, text }));
  }

  remove(id: string): void {
    void this.#try((room) => room.send('remove', { id }));
  }

  /** 0 minutes lift it. */
  mute(user: string, minutes: number): void {
    void this.#try((room) => room.send('mute', { user, minutes }));
  }

  kick(user: string): void {
    void this.#try((room) => room.send('kick', { user }));
  }

  typing(on: boolean): void {
    this.#room?.signal('typing', { on });
  }

  dismiss(): void {
    this.#change({ notice: undefined });
  }

  /** Fetches what is older than all that is shown. */
  async loadOlder(): Promise<void> {
    const room = this.#room;
    const { isLoading, timeline } = this.store.value;
    if (room === undefined || isLoading || !timeline.more) return;
    this.#change({ isLoading: true });
    try {
      const { oldest } = timeline;
      const { events, more } = await room.history({ limit: PAGE, ...(oldest !== undefined && { before: oldest }) });
      // Meanwhile there may have been a new start.
      if (room === this.#room && this.store.value.timeline.oldest === oldest)
        this.#timeline((now) => timelines.paged(now, events, more));
    } catch {
      // Asked again at the next scroll.
    } finally {
      this.#change({ isLoading: false });
    }
  }

  /** Until when this person is muted, if they are. */
  mutedUntil(user: string): number | undefined {
    const until = this.store.value.muted.get(user) ?? 0;
    return until > Date.now() ? until : undefined;
  }

  #joined(room: ChatRoom): void {
    this.#detach();
    this.#room = room;
    this.#listen(room);
    this.#timeline((timeline) => timelines.restart(timeline, room.view, room.position.seq, Date.now()));
    this.#change({ presence: { is: 'joined' }, members: room.members, count: room.count });
    void this.loadOlder().then(() => this.#readSanctions());
    this.#send();
  }

  #listen(room: ChatRoom): void {
    const { store } = this;
    this.#stops = [
      room.on('message', (data, meta) => {
        this.#timeline((timeline) => timelines.said(timeline, data, meta));
        store.update((state) => ({
          ...state,
          typists: heard(state.typists, data.from.id, false, Date.now()),
          unread: this.#isShown ? 0 : state.unread + 1,
        }));
      }),
      room.on('edited', (data, meta) => this.#timeline((timeline) => timelines.edited(timeline, data, meta))),
      room.on('removed', ({ id }, meta) => this.#timeline((timeline) => timelines.removed(timeline, id, meta))),
      room.on('muted', (data, meta) => {
        this.#timeline((timeline) => timelines.sanctioned(timeline, 'muted', data, meta));
        this.#change({ muted: new Map(store.value.muted).set(data.user, data.until) });
      }),
      room.on('kicked', (data, meta) => {
        this.#timeline((timeline) => timelines.sanctioned(timeline, 'kicked', data, meta));
        if (data.user === this.me.id) this.#bannedUntil = data.until;
      }),
      room.on('room.reset', ({ view, position }) => {
        this.#timeline((timeline) => timelines.restart(timeline, view, position.seq, Date.now(), true));
        this.#change({ isLoading: false });
        void this.loadOlder().then(() => this.#readSanctions());
      }),
      room.on('room.members', () => this.#change({ members: room.members, count: room.count })),
      room.on('room.status', (status) => {
        if (status.state === 'ended') this.#out(status.error);
        else this.#change({ presence: { is: status.state }, members: room.members, count: room.count });
      }),
      room.onSignal('typing', ({ on }, by) => {
        if (by.id === this.me.id) return;
        this.#change({ typists: heard(store.value.typists, by.id, on, Date.now()) });
      }),
    ];
  }

  #out(error: unknown): void {
    if (this.#isOver) return;
    this.#detach();
    const refusal = error instanceof RoomError ? error : { code: 'UNAVAILABLE' };
    const why = refusalOf(refusal, { now: Date.now(), until: this.#bannedUntil });
    const isKicked = 'reason' in refusal && refusal.reason === 'kicked';
    this.#change({ presence: { is: 'out', why, isKicked }, members: [], count: 0, typists: new Map() });
  }

  /** Hands on what waits, in order, as soon as there is somebody to take it. */
  #send(): void {
    const room = this.#room;
    if (room === undefined) return;
    for (const message of this.store.value.timeline.unsent) {
      if (message.state !== 'pending' || message.place !== undefined || this.#sending.has(message.key)) continue;
      this.#sending.add(message.key);
      void this.#sendOne(room, message);
    }
  }

  async #sendOne(room: ChatRoom, { key, text }: Message): Promise<void> {
    try {
      // Sent once more, it is said once, whenever the first one arrives.
      const { position } = await room.send('say', { text }, { id: key });
      this.#timeline((timeline) => timelines.confirmed(timeline, key, position.seq));
    } catch (error) {
      const refusal = error instanceof RoomError ? error : { code: 'INTERNAL' };
      // It was not sent, and the next room object sends it.
      if (room !== this.#room && !this.#isOut() && refusal.code !== 'UNKNOWN_OUTCOME') return;
      const facts = { now: Date.now(), until: this.mutedUntil(this.me.id) };
      const isUnknown = refusal.code === 'UNKNOWN_OUTCOME';
      this.#timeline((timeline) => timelines.failed(timeline, key, refusalOf(refusal, facts), isUnknown));
    } finally {
      if (room === this.#room) this.#sending.delete(key);
    }
  }

  #isOut(): boolean {
    return this.store.value.presence.is === 'out';
  }

  async #try(run: (room: ChatRoom) => Promise<unknown>): Promise<void> {
    this.#change({ notice: undefined });
    try {
      if (this.#room === undefined) throw new RoomError({ code: 'UNAVAILABLE', message: '', retryable: true });
      await run(this.#room);
    } catch (error) {
      const refusal = error instanceof RoomError ? error : { code: 'INTERNAL' };
      this.#change({ notice: refusalOf(refusal, { now: Date.now(), until: this.mutedUntil(this.me.id) }) });
    }
  }

  /** Who was muted before one came stands in the history. */
  #readSanctions(): void {
    const muted = new Map(this.store.value.muted);
    for (const item of this.store.value.timeline.items) if (item.is === 'muted') muted.set(item.user, item.until);
    this.#change({ muted });
  }

  /** Who has stopped typing, and who may speak again. */
  #forget(): void {
    const { typists, muted } = this.store.value;
    const now = Date.now();
    this.#change({ typists: current(typists, now), muted: current(muted, now) });
  }

  /** What was on its way when the page was left may have arrived, or not. */
  #restored(): Timeline {
    const from = { id: this.me.id, name: this.me.name };
    const why = 'The page was closed before this was sent.';
    return (this.#waiting.read() ?? []).reduce(
      (timeline, { key, text, at }) =>
        timelines.failed(timelines.typed(timeline, { key, from, text, at }), key, why, true),
      timelines.startTimeline(this.me.id),
    );
  }

  #timeline(change: (timeline: Timeline) => Timeline): void {
    const before = this.store.value.timeline;
    const timeline = change(before);
    this.#change({ timeline });
    if (timeline.unsent === before.unsent) return;
    const waiting = timeline.unsent.map(({ key, text, at }) => ({ key, text, at }));
    if (waiting.length > 0) this.#waiting.write(waiting);
    else this.#waiting.forget();
  }

  /** Does nothing when nothing changes. */
  #change(change: Partial<RoomState>): void {
    const state = this.store.value;
    const isNews = Object.entries(change).some(([name, value]) => state[name as keyof RoomState] !== value);
    if (isNews) this.store.set({ ...state, ...change });
  }
}
