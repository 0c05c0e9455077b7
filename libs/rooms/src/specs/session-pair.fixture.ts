import { expect } from '@jest/globals';
import { startTestRooms, type TestRooms } from '@greenroom/testing';
import { SYSTEM } from '../kind.js';
import type { Entry } from '../log/entry.js';
import { lab, passagesOf } from './lab.fixture.js';
import {
  GRACE_MS,
  MAX_MEMBERS,
  SessionModel,
  type Claim,
  type Given,
  type Transition,
} from './session-model.fixture.js';
import { Tab } from './session-tab.fixture.js';
import { texts } from './two-members.fixture.js';

/** `banned` is whom the room itself refuses. */
const USERS = ['ann', 'bob', 'cat', 'banned'];
/** How much later than its end a grace time may be over, in a room that has to be loaded for it. */
const LATE_MS = 2000;
const REST_MS = 10_000;
const PRESENCE_MS = 300;

const kind = () => lab({ graceMs: GRACE_MS, maxMembers: MAX_MEMBERS, passivateAfterMs: REST_MS });

/** A room with its model beside it: whatever is done is done to both, and then they are compared. */
export class Pair {
  model: SessionModel;
  readonly #tabs = new Map<string, Tab>();
  #address = 'lab/0';
  /** From `start` on. */
  #rooms!: TestRooms;
  #state: unknown;
  #read = -1;
  #closed = 0;
  #steps = 0;
  /** When somebody last left, by the log. */
  #leftAt = 0;
  /** By the ids that the log has. */
  readonly #labels = new Map<string, string>();
  readonly #untils = new Map<string, number>();

  constructor(private readonly hits: Set<Transition>) {
    this.model = new SessionModel(hits);
  }

  async start(): Promise<void> {
    const kinds = [{ ...kind(), view: (state: unknown) => ((this.#state = state), null) }];
    this.#rooms = await startTestRooms({ kinds, limits: { snapshotEntries: 7 } });
  }

  async run(step: Step): Promise<void> {
    const { clock } = this.#rooms;
    this.#steps += 1;
    const user = USERS['who' in step ? step.who : 0] ?? '';
    const key = 'tab' in step ? `${user}-${step.tab}` : '';
    const tab = this.#tabs.get(key);
    const session = tab && this.model.at(tab.id);
    const now = clock.now();
    switch (step.type) {
      case 'join':
        await this.#join(key, tab ?? this.#open(key, user), {
          given: this.#given(step.given, user, step.pick),
          attempt: step.attempt,
        });
        break;
      case 'drop':
        if (tab === undefined) break;
        tab.connection.drop();
        this.#tabs.delete(key);
        this.model.drop(tab.id, now);
        break;
      case 'swap': {
        if (tab === undefined || session === undefined) break;
        const other = `${user}-${1 - step.tab}`;
        const joining = this.#join(other, this.#tabs.get(other) ?? this.#open(other, user), { given: session });
        tab.connection.drop();
        await joining;
        this.#tabs.delete(key);
        this.model.drop(tab.id, now);
        break;
      }
      case 'leave':
        if (session === undefined) await this.#refused(tab?.connection.leave(this.#address), 'NOT_A_MEMBER');
        else {
          await tab?.connection.leave(this.#address);
          this.model.leave(session);
        }
        break;
      case 'end':
        if (tab === undefined || session === undefined) break;
        await tab.connection.end(this.#address, 'UNAUTHENTICATED', 'expired');
        this.model.end(session, tab.id);
        break;
      case 'refresh':
        if (tab === undefined || session === undefined) break;
        await tab.connection.refresh(this.#address, { name: `${user} ${this.#steps}` });
        this.model.refresh(session, `${user} ${this.#steps}`);
        break;
      case 'kick':
        if (!this.model.exists) break;
        await this.#rooms.node.room(this.#address).kick(user, 'out');
        this.model.kick(user, now);
        break;
      case 'wait':
        return this.#wait(step.ms);
      case 'restart':
        return this.#restart(step.how);
      case 'close':
        if (this.model.exists) return this.#close();
    }
    await this.#rooms.settle();
    await this.#compare();
  }

  #open(key: string, user: string): Tab {
    const tab = new Tab(user, this.#rooms.connect(user));
    this.#tabs.set(key, tab);
    return tab;
  }

  #given(given: 'nothing' | 'wrong' | 'own' | 'other', user: string, pick: number): Given {
    if (given === 'nothing' || given === 'wrong') return given;
    const those = this.model.sessions.filter((session) => (session.user === user) === (given === 'own')).slice(-3);
    return those[pick % those.length] ?? 'nothing';
  }

  async #join(key: string, tab: Tab, claim: Claim): Promise<void> {
    const { given, attempt } = claim;
    const name = `${tab.user} ${this.#steps}`;
    const secret = given === 'wrong' ? 'not a secret' : given === 'nothing' ? undefined : given.secret;
    const joining = tab.connection.join(this.#address, {
      profile: { name },
      ...(secret !== undefined && { session: secret }),
      ...(attempt !== undefined && { attempt }),
    });
    const verdict = this.model.join(tab.user, name, tab.id, claim, this.#rooms.clock.now());
    if ('code' in verdict) return this.#refused(joining, verdict.code);
    const { session, isNew } = verdict;
    const reply = await joining;
    if (isNew) session.secret = reply.session;
    expect([key, reply.session, isNew && reply.session === secret]).toEqual([key, session.secret, false]);
    const members = this.model.members();
    expect(reply).toMatchObject({ recovered: false, me: { id: tab.user, name }, count: members.length });
    expect(reply.members.map(({ id }) => id)).toEqual(members);
    tab.listed(reply.members);
  }

  async #wait(ms: number): Promise<void> {
    const { clock } = this.#rooms;
    const { model } = this;
    const [from, wasAsleep, wasEmpty] = [clock.now(), model.ended !== undefined, model.members().length === 0];
    const end = model.nextEnd() ?? Infinity;
    await clock.advance(ms);
    // A room that sleeps is looked for now and then: by the end of this it was found.
    if (wasAsleep && end <= clock.now()) await clock.advance(LATE_MS);
    const woke = wasAsleep ? await this.#wokeAfter(from) : undefined;
    // Sooner too: a process that starts looks after all rooms that may have had somebody in them.
    if (wasAsleep && end <= clock.now()) expect(woke).toBeDefined();
    model.pass(clock.now(), woke);
    if (wasEmpty && ms > REST_MS) {
      expect(this.#rooms.node.active).toBe(0);
      model.unloaded();
    }
    await this.#compare();
    // Comings and goings are gathered for a while.
    if (ms > PRESENCE_MS && clock.now() > this.#leftAt + PRESENCE_MS)
      for (const tab of this.#tabs.values())
        if (model.at(tab.id) !== undefined) expect(tab.known()).toEqual(model.members());
  }

  async #wokeAfter(from: number): Promise<number | undefined> {
    const log = await this.#rooms.store.read(this.#address, { limit: 1000 });
    return log.find(({ at, input }) => input.type === 'barrier' && at > from)?.at;
  }

  async #restart(how: 'killed' | 'drained'): Promise<void> {
    if (how === 'drained') await this.#rooms.node.drain();
    this.#rooms = await this.#rooms.kill();
    this.#tabs.clear();
    this.model.restart(how);
    await this.#compare();
  }

  /** The room is over; what follows is done in another. */
  async #close(): Promise<void> {
    await this.#rooms.node.room(this.#address).close('enough');
    this.model.close(this.#rooms.clock.now());
    await this.#rooms.settle();
    await this.#compare();
    await this.#join('late', new Tab('ann', this.#rooms.connect('ann')), {
      given: this.model.sessions.at(-1) ?? 'nothing',
    });
    this.#closed += 1;
    this.#address = `lab/${this.#closed}`;
    const { closed } = this.model;
    this.model = new SessionModel(this.hits);
    for (const [connection, codes] of closed) this.model.closed.set(connection, codes);
    this.#read = -1;
    this.#labels.clear();
  }

  async #refused(asked: Promise<unknown> | undefined, code: string): Promise<void> {
    if (asked !== undefined) await expect(asked).rejects.toMatchObject({ code });
  }

  async #members(): Promise<readonly { readonly id: string; readonly name?: unknown }[]> {
    return (await this.#rooms.node.room(this.#address).members()).members;
  }

  async #compare(): Promise<void> {
    const { model } = this;
    expect((await this.#logged()).sort()).toEqual(model.inputs.sort());
    model.inputs = [];
    for (const tab of this.#tabs.values())
      expect(tab.connection.received('closed').map(({ code }) => code)).toEqual(model.closed.get(tab.id) ?? []);
    // To look would wake it.
    if (model.exists && model.ended === undefined) await this.#look();
  }

  /** What the room says of itself, and who hears what is said in it. */
  async #look(): Promise<void> {
    const { model } = this;
    const room = this.#rooms.node.room(this.#address);
    const names = model.members().map((id) => ({ id, name: model.names.get(id) }));
    expect(await this.#members()).toEqual(names);
    await room.view();
    for (const user of USERS)
      expect(passagesOf(this.#state).filter((passage) => passage.split(' ')[1] === user)).toEqual(
        model.passages.get(user) ?? [],
      );
    if (model.isClosed) return;
    const text = `${this.#steps}`;
    await room.send('say', { text }, { as: SYSTEM });
    for (const tab of this.#tabs.values()) {
      if (model.at(tab.id) !== undefined) tab.heard.push(text);
      expect(texts(tab.connection.events())).toEqual(tab.heard);
    }
  }

  /** What the log says of sessions since it was last read, as the model calls it. */
  async #logged(): Promise<string[]> {
    const entries: readonly Entry[] = await this.#rooms.store.read(this.#address, { after: this.#read, limit: 1000 });
    this.#read = entries.at(-1)?.last ?? this.#read;
    return entries.flatMap((entry) => this.#inputOf(entry));
  }

  #inputOf({ input, at }: Entry): string[] {
    switch (input.type) {
      case 'join': {
        const label = `${input.member.id}#${this.#labels.size + 1}`;
        this.#labels.set(input.session.id, label);
        return [`join ${label}`];
      }
      case 'resume':
        return [`resume ${this.#labels.get(input.session)} on ${input.connection}`];
      case 'drop':
        this.#untils.set(input.session, input.until);
        return [`drop ${this.#labels.get(input.session)} until ${input.until}`];
      case 'leave': {
        const until = this.#untils.get(input.session) ?? 0;
        if (input.reason === 'lost') expect([at >= until, at <= until + LATE_MS]).toEqual([true, true]);
        this.#leftAt = at;
        return [`leave ${this.#labels.get(input.session)} ${input.reason}`];
      }
      case 'remove':
        return [`remove ${input.member} ${input.reason}`];
      case 'close':
        return ['close'];
      default:
        return [];
    }
  }
}

type Where = { readonly who: number; readonly tab: number };
export type Step =
  | (Where & {
      readonly type: 'join';
      readonly given: 'nothing' | 'wrong' | 'own' | 'other';
      readonly pick: number;
      readonly attempt: number | undefined;
    })
  /** Its session is taken up on the other tab, and it is lost before anybody has heard of that. */
  | (Where & { readonly type: 'swap' })
  | (Where & { readonly type: 'drop' | 'leave' | 'end' | 'refresh' | 'kick' })
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'restart'; readonly how: 'killed' | 'drained' }
  | { readonly type: 'close' };
