import { describe, expect, it } from '@jest/globals';
import { startTestRooms, type TestRooms } from '@greenroom/testing';
import type { EventsPush, JoinReply, Position, Push, WireEvent } from '@greenroom/protocol';
import fc from 'fast-check';
import { roomKind } from '../kind.js';
import type { Entry } from '../log/entry.js';
import type { Sessions } from '../routing/sessions.js';
import { isVisible } from '../feed/visibility.js';
import { statechart } from '../room/statechart.js';
import { lab, Lab, labMachine } from './lab.fixture.js';

const A = 'lab/a';
const NAMES = ['ann', 'bob', 'cat', 'dan'];

/** A member as a client sees the room: a baseline, and what it applied on top of it. */
class Client {
  sessions: Sessions | undefined;
  session: string | undefined;
  position: Position | undefined;
  base = 0;
  applied: WireEvent[] = [];
  isJoined = false;
  isJoining = false;
  recovered = 0;
  readonly gaps: unknown[] = [];
  #connections = 0;

  constructor(readonly name: string) {}

  connect(rooms: TestRooms): void {
    const id = `${rooms.node.id}-${this.name}-${(this.#connections += 1)}`;
    this.sessions = rooms.node.connect({
      id,
      user: { id: this.name, name: this.name },
      push: (frame) => this.#hear(frame.push, id),
    });
    this.#current = id;
  }

  async join(resumes: boolean): Promise<void> {
    const { sessions } = this;
    if (sessions === undefined || this.isJoining || this.isJoined) return;
    this.isJoining = true;
    const mayResume = resumes && this.session !== undefined;
    const more = mayResume ? { session: this.session, since: this.position } : {};
    try {
      const request = { profile: { name: this.name }, params: {}, data: undefined, mayCreate: true, ...more };
      const pending = await sessions.join(A, request);
      if (this.sessions !== sessions) return;
      this.#accept(pending.reply);
      pending.begin();
    } catch {
      // Refused or lost: it may try again.
    } finally {
      this.isJoining = false;
    }
  }

  /** Its socket is gone, whoever is to blame. */
  lose(): void {
    this.sessions = undefined;
    this.isJoined = false;
    this.isJoining = false;
    this.#current = '';
  }

  #current = '';

  #accept(reply: JoinReply): void {
    this.isJoined = true;
    this.session = reply.session;
    if (reply.recovered) {
      this.recovered += 1;
      this.#apply(reply.events);
    } else {
      this.base = reply.position.seq;
      this.applied = [];
    }
    this.position = reply.position;
  }

  #hear(push: Push, connection: string): void {
    if (connection !== this.#current) return;
    if (push.op === 'closed') this.isJoined = false;
    if (push.op === 'events') this.#follow(push);
    if (push.op === 'reset') this.#startAnew(push.position);
  }

  #startAnew(position: Position): void {
    this.base = position.seq;
    this.applied = [];
    this.position = position;
  }

  #follow({ epoch, from, to, events }: EventsPush): void {
    const at = this.position?.seq ?? 0;
    if (from > at) this.gaps.push({ at, from, to });
    this.#apply(events);
    this.position = { epoch, seq: Math.max(at, to) };
  }

  #apply(events: readonly WireEvent[]): void {
    const at = this.position?.seq ?? 0;
    for (const event of events) if (event.seq > at) this.applied.push(event);
  }
}

const who = fc.integer({ min: 0, max: NAMES.length - 1 });
const op = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('join' as const), who, resumes: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('say' as const), who }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('whisper' as const), who, to: who }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('tellOthers' as const), who }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('kick' as const), who, to: who }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('drop' as const), who }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('leave' as const), who }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('reset' as const), who }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('settle' as const), who }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('wait' as const), who, ms: fc.integer({ min: 1, max: 40_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('flake' as const), who, isWritten: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('kill' as const), who }) },
);

const kinds = {
  'with a view, history for those who joined': () => lab(),
  'with a view, history for all': () => lab({ historyFor: 'all' }),
  'without a view': () => roomKind(Lab, { logic: statechart(labMachine(), { freeze: true }) }),
};

describe('the stream of a member', () => {
  it.each(Object.entries(kinds))(
    'is what the log holds for them, without a gap or a repeat, whatever happens: a room %s',
    async (_, kind) => {
      const numRuns = Number(process.env['RUNS'] ?? 40);
      await fc.assert(
        fc.asyncProperty(fc.array(op, { minLength: 5, maxLength: 60 }), async (ops) => {
          let rooms = await startTestRooms({ kinds: [kind()], limits: { snapshotEntries: 9 } });
          const append = rooms.store.append.bind(rooms.store);
          const clients = NAMES.map((name) => new Client(name));
          const history = kind().options.historyFor;
          const check = async (client: Client): Promise<void> => {
            expect(client.gaps).toEqual([]);
            if (client.position === undefined) return;
            const log: readonly Entry[] = await rooms.store.read(A, { limit: 10_000 });
            const viewer = { member: client.name, since: 0 };
            const to = client.position.seq;
            const expected = log
              .flatMap(({ events }) => events)
              .filter((event) => event.seq > client.base && event.seq <= to && isVisible(event, viewer, history));
            expect(client.applied.map(({ seq, name, data }) => ({ seq, name, data }))).toEqual(
              expected.map(({ seq, name, data }) => ({ seq, name, data })),
            );
          };
          const ignore = (promise: Promise<unknown> | undefined): void => void promise?.catch(() => {});
          for (const step of ops) {
            const client = clients[step.who];
            if (client === undefined) continue;
            const sessions = client.isJoined ? client.sessions : undefined;
            switch (step.type) {
              case 'join':
                if (client.sessions === undefined) client.connect(rooms);
                ignore(client.join(step.resumes));
                break;
              case 'say':
                ignore(sessions?.send(A, { name: 'say', data: { text: 'x' } }));
                break;
              case 'whisper':
                ignore(sessions?.send(A, { name: 'whisper', data: { to: NAMES[step.to], text: 'w' } }));
                break;
              case 'tellOthers':
                ignore(sessions?.send(A, { name: 'tellOthers', data: { text: 'o' } }));
                break;
              case 'kick':
                ignore(sessions?.send(A, { name: 'kick', data: { member: NAMES[step.to] } }));
                break;
              case 'drop':
                client.sessions?.drop();
                client.lose();
                break;
              case 'leave':
                ignore(sessions?.leave(A));
                client.isJoined = false;
                break;
              case 'reset':
                ignore(sessions?.reset(A, 'slow reader'));
                break;
              case 'settle':
                await rooms.settle();
                break;
              case 'wait':
                await rooms.clock.advance(step.ms);
                break;
              case 'flake':
                rooms.store.append = async (...args) => {
                  rooms.store.append = append;
                  if (step.isWritten) await append(...args);
                  throw new Error('connection lost');
                };
                break;
              case 'kill':
                for (const each of clients) each.lose();
                rooms = await rooms.kill();
            }
          }
          rooms.store.append = append;
          await rooms.clock.advance(5000);
          for (const client of clients) await check(client);
          // Those who are there hear the same from now on.
          const { members } = await rooms.node
            .room(A)
            .members()
            .catch(() => ({ members: [] }));
          const here = clients.filter(({ isJoined }) => isJoined);
          expect(members.map(({ id }) => id)).toEqual(expect.arrayContaining(here.map(({ name }) => name)));
          for (const client of here) await client.sessions?.send(A, { name: 'say', data: { text: 'end' } });
          await rooms.settle();
          for (const client of clients) await check(client);
          for (const client of here)
            expect(
              client.applied.filter(({ data }) => (data as { text?: string } | null)?.text === 'end'),
            ).toHaveLength(here.length);
        }),
        { numRuns, ...(process.env['RUNS'] === undefined && { seed: 20_261_121 }) },
      );
    },
  );
});
