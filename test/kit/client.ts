import type { ErrorBody, JoinReply, Push, Reply, ReplyBodies } from '@greenroom/protocol';
import { Stream } from './stream.js';
import { within } from './within.js';

export type Ask = keyof ReplyBodies;

/** How a connection ended: a close code of a plain WebSocket, or what Socket.IO calls it. */
export interface Ended {
  readonly code: number | undefined;
  readonly reason: string;
}

/** The server said no. */
export class Refused extends Error {
  constructor(readonly error: ErrorBody) {
    super(`${error.code}: ${error.message}`);
  }
}

/** The connection ended before there was an answer. */
export class Lost extends Error {}

const unwrap = <Body extends object>(reply: Reply<Body>): Body => {
  if (!reply.ok) throw new Refused(reply.error);
  return reply;
};

/** A client of the wire, whatever carries it. What it is not told to know, it keeps: specs look at every frame. */
export abstract class Client {
  /** Every push, in the order they came. */
  readonly pushes: Push[] = [];
  readonly rooms = new Map<string, Stream>();
  /** Operations sent that are to be answered, and answers received: equal when all have exactly one. */
  asked = 0;
  answered = 0;
  readonly ended: Promise<Ended>;
  isOpen = false;
  readonly #lost: Promise<never>;
  readonly #watching = new Set<() => void>();
  #end: (ended: Ended) => void = () => undefined;
  #over: Ended | undefined;

  constructor() {
    this.ended = new Promise((resolve) => (this.#end = resolve));
    this.#lost = this.ended.then(({ code, reason }) => {
      throw new Lost(`the connection ended: ${code ?? ''} ${reason}`);
    });
    this.#lost.catch(() => undefined);
  }

  /** Sends one operation as it is. */
  protected abstract write(op: string, body: object, answer?: (reply: Reply) => void): void;
  /** Goes without a word to any room. */
  abstract close(): void;

  /** Any operation; rejects only when the connection ends first. */
  ask<K extends Ask>(op: K, body: object = {}): Promise<Reply<ReplyBodies[K]>> {
    return this.#ask(op, body);
  }

  /** Something that may be no operation at all. */
  askAnything(op: string, body: object = {}): Promise<Reply> {
    return this.#ask(op, body);
  }

  /** Sends what is not answered. */
  signal(room: string, name: string, data: unknown): void {
    this.write('signal', { room, name, data });
  }

  async join(room: string, body: object = {}): Promise<JoinReply> {
    const joined = (reply: Reply): void => {
      // At once: what the room says next may be in the same packet.
      if (reply.ok) this.rooms.set(room, new Stream(reply as Reply<JoinReply> & { ok: true }));
    };
    return unwrap<JoinReply>(await this.#ask('join', { room, ...body }, joined));
  }

  /** @param id of the command, for retries */
  async send(room: string, name: string, data?: unknown, id?: string): Promise<ReplyBodies['send']> {
    return unwrap(await this.ask('send', { room, name, data, ...(id !== undefined && { id }) }));
  }

  async history(room: string, query: object = {}): Promise<ReplyBodies['history']> {
    return unwrap(await this.ask('history', { room, ...query }));
  }

  async members(room: string, query: object = {}): Promise<ReplyBodies['members']> {
    return unwrap(await this.ask('members', { room, ...query }));
  }

  /** The room as it was joined. */
  room(address: string): Stream {
    const room = this.rooms.get(address);
    if (room === undefined) throw new Error(`${address} was not joined`);
    return room;
  }

  /** Resolves to what `find` finds, looking again at whatever comes. */
  when<T>(what: string, find: () => T | undefined | false, ms?: number): Promise<T> {
    const found = new Promise<T>((resolve) => {
      const look = (): void => {
        const value = find();
        if (value === undefined || value === false) return;
        this.#watching.delete(look);
        resolve(value);
      };
      this.#watching.add(look);
      look();
    });
    return within(what, Promise.race([found, this.#lost]), ms);
  }

  /** The first push of that name, or of that name to which `fits` says yes. */
  pushed<K extends Push['op']>(
    op: K,
    fits: (push: Extract<Push, { op: K }>) => boolean = () => true,
    ms?: number,
  ): Promise<Extract<Push, { op: K }>> {
    const isIt = (push: Push): push is Extract<Push, { op: K }> =>
      push.op === op && fits(push as Extract<Push, { op: K }>);
    return this.when(`a ${op}`, () => this.pushes.find(isIt), ms);
  }

  /** The server's hello has come; rejects when it lets nobody in. */
  async opened(): Promise<this> {
    await this.pushed('hello');
    return this;
  }

  protected receive(push: Push): void {
    this.pushes.push(push);
    if (push.op === 'hello') this.isOpen = true;
    if (push.op === 'events') this.room(push.room).apply(push);
    if (push.op === 'reset') this.room(push.room).reset(push);
    this.#look();
  }

  protected end(ended: Ended): void {
    this.#over ??= ended;
    this.isOpen = false;
    this.#end(this.#over);
  }

  #ask<Body extends object>(op: string, body: object, first?: (reply: Reply) => void): Promise<Reply<Body>> {
    this.asked += 1;
    const answer = new Promise<Reply<Body>>((resolve) => {
      this.write(op, body, (reply) => {
        first?.(reply);
        resolve(reply);
      });
    });
    return Promise.race([answer, this.#lost]);
  }

  #look(): void {
    for (const look of this.#watching) look();
  }
}
