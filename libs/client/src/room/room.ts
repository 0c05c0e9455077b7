import type {
  HistoryReply,
  JoinReply,
  MembersReply,
  Position,
  Push,
  RoomContract,
  SendReply,
  WireEvent,
  WireMember,
} from '@greenroom/protocol';
import { Listeners, type Listener } from '../listeners.js';
import type { RoomError } from '../room-error.js';
import { Attachment, type AttachmentContext } from './attachment.js';
import type { ClientRoom, Reset, ResetEvent, RoomEvent, SendOptions } from './client-room.js';
import { EventQueue } from './event-queue.js';
import { Roster, type MembersChange } from './roster.js';
import type { RoomStatus } from './room-status.js';
import { Stream } from './stream.js';

type Item = RoomEvent<RoomContract> | ResetEvent<RoomContract>;
/** What types make of a member whose contract is not known. */
type AnyMember = WireMember & { readonly name: string };

export interface RoomContext extends AttachmentContext {
  /** An id for a command, `client:n`. Never the same twice, in whatever rooms: a room may be left and joined again. */
  readonly commandId: () => string;
  /** The room is over for this client. */
  readonly ended: () => void;
}

export interface JoinRequest {
  readonly params?: unknown;
  readonly data?: unknown;
}

/** One room as its application sees it. Types are checked where it is joined; here a payload is what came. */
export class Room implements ClientRoom<RoomContract> {
  readonly #listeners: Listeners;
  readonly #signals: Listeners;
  readonly #queues = new Set<EventQueue<Item>>();
  readonly #stream = new Stream((event) => this.#deliver(event));
  readonly #roster = new Roster();
  readonly #attachment: Attachment;
  #me: WireMember = { id: '' };
  #view: unknown;
  /** Somebody listens to events. Until then none is taken, so that none is missed. */
  #isHeard = false;
  /** There were events that were not taken. */
  #isBehind = false;

  constructor(
    readonly kind: string,
    readonly id: string,
    request: JoinRequest,
    private readonly context: RoomContext,
  ) {
    this.#listeners = new Listeners((error) => context.environment.report(error));
    this.#signals = new Listeners((error) => context.environment.report(error));
    this.#attachment = new Attachment(`${kind}/${id}`, request, context, {
      position: () => this.#stream.position,
      accepted: (reply) => this.#accepted(reply),
      changed: (status) => this.#changed(status),
    });
  }

  get status(): RoomStatus {
    return this.#attachment.status;
  }

  get me(): AnyMember {
    return this.#me as AnyMember;
  }

  get view(): unknown {
    return this.#view;
  }

  get members(): readonly AnyMember[] {
    return this.#roster.members as readonly AnyMember[];
  }

  get count(): number {
    return this.#roster.count;
  }

  get position(): Position {
    return this.#stream.position ?? { epoch: 0, seq: 0 };
  }

  async send(
    name: string,
    data: unknown,
    { id = this.context.commandId() }: SendOptions = {},
  ): Promise<SendReply & { readonly data: undefined }> {
    const sent = (await this.#attachment.ask('send', { name, data, id }, true)) as SendReply;
    const { position, data: reply, duplicate } = sent;
    return { position, data: reply as undefined, ...(duplicate !== undefined && { duplicate }) };
  }

  signal(name: string, data: unknown): void {
    const { connection } = this.context;
    const packet = connection.packet('signal', { room: `${this.kind}/${this.id}`, name, data });
    if (this.status.state === 'joined') connection.tell(packet);
  }

  on(name: string, listener: Listener): () => void {
    const stop = this.#listeners.add(name, listener);
    if (!name.startsWith('room.')) this.#hear();
    return stop;
  }

  once(name: string, listener: Listener): () => void {
    const stop = this.on(name, (...args) => {
      stop();
      listener(...args);
    });
    return stop;
  }

  onSignal(name: string, listener: Listener): () => void {
    return this.#signals.add(name, listener);
  }

  async history(range: { readonly before?: number; readonly limit?: number } = {}): Promise<{
    readonly events: readonly RoomEvent<RoomContract>[];
    readonly more: boolean;
  }> {
    const { events, more } = (await this.#attachment.ask('history', range, false)) as HistoryReply;
    return { events, more };
  }

  async listMembers(page: { readonly after?: string; readonly limit?: number } = {}): Promise<{
    readonly members: readonly AnyMember[];
    readonly more: boolean;
  }> {
    const { members, more } = (await this.#attachment.ask('members', page, false)) as MembersReply;
    return { members: members as readonly AnyMember[], more };
  }

  async leave(): Promise<void> {
    await this.#attachment.end();
  }

  [Symbol.asyncIterator](): EventQueue<Item> {
    const queue: EventQueue<Item> = new EventQueue(() => void this.#queues.delete(queue));
    if (this.status.state === 'ended') queue.end(this.status.error);
    else this.#queues.add(queue);
    this.#hear();
    return queue;
  }

  /** Resolves when it is joined for the first time. Rejects with a RoomError, and the room is over then. */
  async join(): Promise<this> {
    await this.#attachment.join();
    return this;
  }

  /** The connection is there. */
  online(): void {
    this.#attachment.attach();
  }

  /** The connection is lost. */
  offline(): void {
    this.#attachment.offline();
  }

  /** The client is closed, or not wanted any more. */
  close(error: RoomError): void {
    void this.#attachment.end(error);
  }

  pushed(push: Push): void {
    // What the server pushes before the answer to our join is not for this room object.
    if (this.status.state === 'ended' || this.#stream.position === undefined) return;
    switch (push.op) {
      case 'events':
        if (!this.#isHeard && this.#stream.isNews(push)) this.#isBehind = true;
        else if (!this.#isBehind && !this.#stream.follow(push)) this.#attachment.attach();
        break;
      case 'signal':
        this.#signals.emit(push.name, push.data, push.by);
        break;
      case 'presence':
        this.#membersChanged(this.#roster.apply(push));
        break;
      case 'reset':
        this.#reset(push.view, push.position, push.members, Math.max(push.members.length, this.count));
        break;
      case 'closed':
        this.#attachment.closed(push);
        break;
      default: // Of a newer server: not for us.
    }
  }

  #accepted(reply: JoinReply): void {
    this.#me = reply.me;
    if (!reply.recovered) {
      this.#isBehind = false;
      this.#reset(reply.view, reply.position, reply.members, reply.count);
      return;
    }
    // What nobody hears is not taken: it is there still when somebody does.
    this.#isBehind = !this.#isHeard && reply.events.length > 0;
    if (!this.#isBehind) this.#stream.recover(reply.events, reply.position);
    this.#membersChanged(this.#roster.replace(reply.members, reply.count, reply.position.seq));
  }

  /** A new start. The first one is what `join` resolves with, and no news. */
  #reset(view: unknown, position: Position, members: readonly WireMember[], count: number): void {
    const isFirst = this.#stream.position === undefined;
    this.#view = view;
    this.#stream.start(position);
    const change = this.#roster.replace(members, count, position.seq);
    if (isFirst) return;
    const reset: Reset<RoomContract> = { view, position };
    this.#listeners.emit('room.reset', reset);
    for (const queue of this.#queues) queue.push({ name: 'room.reset', data: reset });
    this.#membersChanged(change);
  }

  #membersChanged(change: MembersChange | undefined): void {
    if (change !== undefined && change.joined.length + change.left.length > 0)
      this.#listeners.emit('room.members', change);
  }

  #deliver({ name, data, seq, at, by }: WireEvent): void {
    // A listener of the one before it may have left.
    if (this.status.state === 'ended') return;
    const meta = { seq, at, ...(by !== undefined && { by: by as AnyMember }) };
    this.#listeners.emit(name, data, meta);
    for (const queue of this.#queues) queue.push({ name, data, ...meta });
  }

  /** From the first listener on, events are taken. Those of before are asked for. */
  #hear(): void {
    if (this.#isHeard) return;
    this.#isHeard = true;
    if (this.#isBehind) this.#attachment.attach();
  }

  #changed(status: RoomStatus): void {
    if (status.state === 'ended') {
      for (const queue of this.#queues) queue.end(status.error);
      this.context.ended();
    }
    this.#listeners.emit('room.status', status);
  }
}
