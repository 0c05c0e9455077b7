import type { JoinReply, MembersReply, Push, Reply, SendReply, HistoryReply } from '@greenroom/protocol';
import type { Dice } from '../dice.js';
import type { Observer } from '../observations/observation.js';
import { Witness } from '../observations/witness.js';
import type { Connect, Wire } from '../wires/wire.js';
import { isWorthARetry, type Outstanding } from './outstanding.js';
import { Place } from './place.js';
import type { Workload } from './workload.js';

export interface ParticipantOptions {
  /** The member it is. */
  readonly id: string;
  /** Opens a connection to whatever serves now. */
  readonly connect: Connect;
  /** Where it belongs: it comes back to these whenever it is out. None: it is a passer-by. */
  readonly homes: readonly string[];
  /** Rooms it looks into now and then, one at a time. @default none */
  readonly visits?: readonly string[];
  readonly workload: Workload;
  readonly dice: Dice;
  readonly observe: Observer;
  /** Milliseconds, going up. */
  readonly now: () => number;
  /** An answer that takes longer is not waited for any more: the connection is given up. @default 6000 ms */
  readonly patienceMs?: number;
  /** Commands on their way at once. @default 6 */
  readonly most?: number;
}

interface Line {
  readonly wire: Wire;
  readonly connection: string;
  readonly witness: Witness;
  /** When each operation under way was asked, by number. */
  readonly asked: Map<number, number>;
}

const DOINGS = [
  { what: 'send', weight: 60 },
  { what: 'visit', weight: 10 },
  { what: 'leave', weight: 6 },
  { what: 'history', weight: 4 },
  { what: 'members', weight: 4 },
  { what: 'drop', weight: 2 },
] as const;

/** A client of the wire that does one thing after another, keeps to the protocol, and notes what it does and is told. */
export class Participant {
  readonly #places = new Map<string, Place>();
  readonly #outstanding = new Map<string, Outstanding>();
  #line: Line | 'opening' | undefined;
  #connections = 0;
  #operations = 0;
  #commands = 0;
  #isSettling = false;

  constructor(private readonly options: ParticipantOptions) {
    for (const room of options.homes) this.#place(room).isWanted = true;
  }

  get id(): string {
    return this.options.id;
  }

  /** It belongs nowhere. */
  get isPasserBy(): boolean {
    return this.options.homes.length === 0;
  }

  /** From now on it does nothing new: it comes back, asks again for what has no answer; a passer-by looks in once more and leaves. */
  settle(): void {
    this.#isSettling = true;
    const [visit] = this.options.visits ?? [];
    if (this.isPasserBy && visit !== undefined) this.#place(visit).isWanted = true;
  }

  /** It is in every room where it wants to be, and everything that it asked is answered. */
  get isSettled(): boolean {
    const line = this.#open;
    if (line === undefined || line.asked.size > 0 || this.#outstanding.size > 0) return false;
    return [...this.#places.values()].every(({ state, isWanted }) =>
      state === 'in' ? isWanted && !this.isPasserBy : state === 'barred' || !isWanted,
    );
  }

  /** What keeps it from being settled, in words. */
  get restlessness(): string {
    const places = [...this.#places.values()].map(({ room, state, isWanted }) => `${room} ${state} ${isWanted}`);
    const line = this.#open === undefined ? 'no connection' : `${this.#open.asked.size} asked`;
    return `${this.id}: ${line}; ${[...this.#outstanding.keys()].join()}; ${places.join()}`;
  }

  /** One thing, by chance. Returns at once. */
  step(): void {
    const line = this.#open;
    if (line === undefined) return void this.#connect();
    const { dice, now, patienceMs = 6000 } = this.options;
    const [oldest = now()] = line.asked.values();
    if (now() - oldest > patienceMs) return this.#giveUp(line);
    const out = [...this.#places.values()].find(({ state, isWanted }) => isWanted && state === 'out');
    if (out !== undefined) return this.#join(line, out);
    const visited = this.#visited;
    if (this.#isSettling || dice.chance(0.3)) {
      if (this.#sendAgain(line)) return undefined;
      if (this.#isSettling) return this.isPasserBy && visited !== undefined ? this.#leave(line, visited) : undefined;
    }
    if (visited !== undefined && dice.chance(0.25)) return this.#leave(line, visited);
    const { what } = dice.weighed(DOINGS);
    if (what === 'drop') return this.#giveUp(line);
    if (what === 'visit') return this.#visit(line);
    const here = [...this.#places.values()].filter(({ state }) => state === 'in');
    // It stays away for a while, so that what it left behind is let go of.
    if (here.length === 0) return dice.chance(0.15) ? this.#visit(line) : undefined;
    const place = dice.pick(here);
    if (what === 'send') return this.#send(line, place);
    if (what === 'leave') return this.#leave(line, place);
    if (what === 'members') return this.#members(line, place);
    return this.#history(line, place);
  }

  /** Asks for the members of every room it is in. */
  audit(): void {
    const line = this.#open;
    for (const place of this.#places.values())
      if (line !== undefined && place.state === 'in') this.#members(line, place);
  }

  /** Goes without a word. */
  close(): void {
    if (this.#open !== undefined) this.#giveUp(this.#open);
    this.#line = undefined;
  }

  get #open(): Line | undefined {
    return this.#line === 'opening' ? undefined : this.#line;
  }

  #place(room: string): Place {
    const place = this.#places.get(room) ?? new Place(room, this.id);
    this.#places.set(room, place);
    return place;
  }

  async #connect(): Promise<void> {
    if (this.#line === 'opening') return;
    this.#line = 'opening';
    const { id: client, observe } = this.options;
    this.#connections += 1;
    const connection = `${client}/${this.#connections}`;
    const witness = new Witness(client, connection, observe);
    let isOver = false;
    const ended = (): void => {
      isOver = true;
      if (this.#open?.connection === connection) this.#lose(this.#open);
    };
    const pushed = (push: Push): void => this.#pushed(connection, witness, push);
    const wire = await this.options.connect({ pushed, ended }).catch(() => undefined);
    this.#line = undefined;
    if (wire === undefined) return;
    observe({ type: 'connected', client, connection });
    const line = { wire, connection, witness, asked: new Map<number, number>() };
    this.#line = line;
    if (isOver) this.#lose(line);
  }

  #pushed(connection: string, witness: Witness, push: Push): void {
    if (this.#open?.connection !== connection || !('room' in push)) return;
    witness.pushed(push);
    const place = this.#places.get(push.room);
    if (place?.pushed(push) === true) this.#join(this.#open, place);
  }

  /** The client closes it, whatever the server thinks. */
  #giveUp(line: Line): void {
    line.wire.close();
    this.#lose(line);
  }

  #lose({ connection }: Line): void {
    const { observe, id: client } = this.options;
    this.#line = undefined;
    for (const command of this.#outstanding.values()) {
      if (command.askedAt === undefined) continue;
      command.askedAt = undefined;
      const { room, id, attempts: attempt } = command;
      observe({ type: 'unanswered', client, connection, room, id, attempt });
    }
    observe({ type: 'disconnected', client, connection });
    for (const place of this.#places.values()) {
      // Whether a leave on its way was heard of, its member's grace will show.
      if (place.state === 'leaving') place.left();
      else place.lost();
    }
  }

  #ask<Body extends object>(line: Line, op: string, body: object, answered: (reply: Reply<Body>) => void): void {
    this.#operations += 1;
    const number = this.#operations;
    line.asked.set(number, this.options.now());
    line.wire.ask(op, body, (reply) => {
      line.asked.delete(number);
      if (this.#line === line) answered(reply);
    });
  }

  #join(line: Line, place: Place): void {
    const { room, session, position: since } = place;
    place.state = 'joining';
    const resume = session === undefined ? {} : { session, ...(since !== undefined && { since }) };
    this.#ask<JoinReply>(line, 'join', { room, ...resume }, (reply) => {
      if (reply.ok) {
        line.witness.joined(reply, session === undefined ? undefined : since);
        place.joined(reply);
      } else if (reply.error.code === 'FORBIDDEN') this.#bar(place);
      else place.state = 'out';
    });
  }

  /** It will never be let in again, so nothing that it asked there will be answered. */
  #bar(place: Place): void {
    place.state = 'barred';
    for (const { room, id } of this.#outstanding.values()) if (room === place.room) this.#outstanding.delete(id);
  }

  /** Where it is without belonging there. */
  get #visited(): Place | undefined {
    const isVisited = ({ state, room }: Place): boolean => state === 'in' && !this.options.homes.includes(room);
    return [...this.#places.values()].find(isVisited);
  }

  #visit(line: Line): void {
    const { dice, visits = [] } = this.options;
    const away = visits.filter((room) => this.#place(room).state === 'out');
    if (away.length === 0 || this.#visited !== undefined) return;
    const place = this.#place(dice.pick(away));
    place.isWanted = true;
    this.#join(line, place);
  }

  #leave(line: Line, place: Place): void {
    const { client, connection, room } = this.#in(line, place.room);
    if ([...this.#outstanding.values()].some((command) => command.room === room)) return;
    place.state = 'leaving';
    this.options.observe({ type: 'leaving', client, connection, room });
    this.#ask(line, 'leave', { room }, (reply) => {
      this.options.observe({ type: 'left', client, connection, room, ok: true });
      // Refused or not, the connection is not in the room any more; homes are come back to.
      void reply;
      place.left();
      place.isWanted = this.options.homes.includes(room);
    });
  }

  #send(line: Line, place: Place): void {
    const { dice, workload, most = 6 } = this.options;
    const underWay = [...this.#outstanding.values()].filter(({ askedAt }) => askedAt !== undefined).length;
    const makers = workload[place.room.slice(0, place.room.indexOf('/'))];
    if (underWay >= most || this.#outstanding.size >= 4 * most || makers === undefined) return;
    this.#commands += 1;
    const id = `${this.id}:${this.#commands}`;
    const { room, own, members } = place;
    const context = { dice, token: `${room} ${id}`, me: this.id, members: [...members], own };
    const made = dice.weighed(makers).make(context);
    if (made === undefined) return;
    const command: Outstanding = { ...made, room, id, attempts: 0, askedAt: undefined };
    this.#outstanding.set(id, command);
    this.#sendOne(line, command);
  }

  /** The oldest that waits to be sent again and can be. */
  #sendAgain(line: Line): boolean {
    for (const command of this.#outstanding.values()) {
      const place = this.#places.get(command.room);
      if (command.askedAt !== undefined) continue;
      if (place?.state === 'in') {
        this.#sendOne(line, command);
        return true;
      }
      // Its answer is wanted, so it goes back there for it.
      if (place?.state === 'out') place.isWanted = true;
    }
    return false;
  }

  #sendOne(line: Line, command: Outstanding): void {
    const { room, id, name, data, token, to } = command;
    const { observe, now } = this.options;
    command.attempts += 1;
    command.askedAt = now();
    const attempt = command.attempts;
    const about = { ...this.#in(line, room), id, attempt };
    observe({ type: 'sent', ...about, name, ...(token !== undefined && { token }), ...(to !== undefined && { to }) });
    this.#ask<SendReply>(line, 'send', { room, name, data, id }, (reply) => {
      command.askedAt = undefined;
      if (reply.ok) {
        const { position, data: answer, duplicate } = reply;
        const more = { ...(answer !== undefined && { data: answer }), ...(duplicate !== undefined && { duplicate }) };
        observe({ type: 'acked', ...about, position, ...more });
        this.#outstanding.delete(id);
        return;
      }
      const { code } = reply.error;
      observe({ type: 'refused', ...about, code });
      if (!isWorthARetry(code)) this.#outstanding.delete(id);
      const place = this.#places.get(room);
      if (code === 'NOT_A_MEMBER' && place?.state === 'in') place.state = 'out';
    });
  }

  #members(line: Line, place: Place, before: MembersReply['members'] = []): void {
    const after = before.at(-1)?.id;
    const body = { room: place.room, ...(after !== undefined && { after }) };
    this.#ask<MembersReply>(line, 'members', body, (reply) => {
      if (!reply.ok) return;
      const members = [...before, ...reply.members];
      if (reply.more) this.#members(line, place, members);
      else this.options.observe({ type: 'members', ...this.#in(line, place.room), members });
    });
  }

  #history(line: Line, place: Place): void {
    const limit = this.options.dice.int(1, 60);
    const seq = place.position?.seq ?? 1;
    const before = this.options.dice.chance(0.5) ? {} : { before: this.options.dice.int(1, seq) };
    this.#ask<HistoryReply>(line, 'history', { room: place.room, limit, ...before }, (reply) => {
      if (!reply.ok) return;
      const { events, more } = reply;
      this.options.observe({ type: 'history', ...this.#in(line, place.room), events, more });
    });
  }

  #in(
    { connection }: Line,
    room: string,
  ): { readonly client: string; readonly connection: string; readonly room: string } {
    return { client: this.id, connection, room };
  }
}
