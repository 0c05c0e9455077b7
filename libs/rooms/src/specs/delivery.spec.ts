import { describe, expect, it } from '@jest/globals';
import { startTestRooms, type TestConnection } from '@greenroom/testing';
import { lab } from './lab.fixture.js';

const A = 'lab/a';
const text = (connection: TestConnection, name: string) =>
  connection.events(name).map(({ data }) => (data as { text: string }).text);

/** Applies frames as a client does, and fails on a gap. */
const applied = (connection: TestConnection, from: number): string[] => {
  let at = from;
  const seen: string[] = [];
  for (const frame of connection.received('events')) {
    if (frame.from > at) throw new Error(`gap: frame from ${frame.from} at ${at}`);
    for (const { seq, name } of frame.events) if (seq > at) seen.push(name);
    at = Math.max(at, frame.to);
  }
  return seen;
};

describe('delivery', () => {
  it('costs frames to the recipient of a directed event alone, in a room of 200, and leaves nobody with a gap', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const members: { connection: TestConnection; at: number }[] = [];
    for (let n = 0; n < 200; n += 1) {
      const connection = rooms.connect(`m${n}`);
      const { position } = await connection.join(A);
      members.push({ connection, at: position.seq });
    }
    await rooms.clock.advance(1000);
    const [first, second] = members;
    const before = members.map(({ connection }) => connection.pushes.length);
    await first?.connection.send(A, 'whisper', { to: 'm1', text: 'psst' });
    const cost = members.map(({ connection }, n) => connection.pushes.length - (before[n] ?? 0));
    expect(cost).toEqual(members.map((_, n) => (n === 1 ? 1 : 0)));
    expect(text(second?.connection ?? rooms.connect('x'), 'whispered')).toEqual(['psst']);
    await first?.connection.send(A, 'say', { text: 'all' });
    for (const { connection, at } of members) expect(applied(connection, at).at(-1)).toBe('said');
  });

  it('leaves out those whom an event is not for, in frames, history and resume', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const [ann, bob] = [rooms.connect('ann'), rooms.connect('bob')];
    const { session, position } = await ann.join(A);
    await bob.join(A);
    await ann.send(A, 'tellOthers', { text: 'secret' });
    await ann.send(A, 'whisper', { to: 'bob', text: 'psst' });
    await ann.send(A, 'say', { text: 'all' });
    expect([text(bob, 'noted'), text(bob, 'whispered')]).toEqual([['secret'], ['psst']]);
    expect(applied(ann, position.seq)).toEqual(['joined', 'said']);
    const names = async (who: TestConnection) => (await who.history(A)).events.map(({ name }) => name);
    expect(await names(ann)).toEqual(['joined', 'joined', 'said']);
    expect(await names(bob)).toEqual(['joined', 'noted', 'whispered', 'said']);
    ann.drop();
    const again = await rooms.connect('ann').join(A, { session, since: position });
    expect(again).toMatchObject({ recovered: true, events: [{ name: 'joined' }, { name: 'said' }] });
  });

  it('names nobody as a recipient who is no member when the turn commits', async () => {
    const rooms = await startTestRooms({ kinds: [lab({ historyFor: 'all' })] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    await ann.send(A, 'whisper', { to: 'bob', text: 'psst' });
    const bob = rooms.connect('bob');
    await bob.join(A);
    expect((await bob.history(A)).events.map(({ name }) => name)).not.toContain('whispered');
  });

  it('shows what came before one joined only where history is for all', async () => {
    for (const historyFor of ['joined', 'all'] as const) {
      const rooms = await startTestRooms({ kinds: [lab({ historyFor })] });
      const ann = rooms.connect('ann');
      await ann.join(A);
      await ann.send(A, 'say', { text: 'old' });
      const bob = rooms.connect('bob');
      const [, joined] = await Promise.all([ann.send(A, 'say', { text: 'same turn' }), bob.join(A)]);
      await ann.send(A, 'say', { text: 'new' });
      expect(applied(bob, joined.position.seq)).toEqual(['said']);
      const history = (await bob.history(A)).events.filter(({ name }) => name === 'said').length;
      expect(history).toBe(historyFor === 'all' ? 3 : 1);
    }
  });

  it('pages history back from the newest, ascending', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    for (let n = 0; n < 700; n += 1) await ann.send(A, 'say', { text: String(n) });
    const last = await ann.history(A, undefined, 3);
    expect(last.events.map(({ data }) => (data as { text: string }).text)).toEqual(['697', '698', '699']);
    expect(last.more).toBe(true);
    const older = await ann.history(A, last.events[0]?.seq, 600);
    expect(older.events).toHaveLength(600);
    expect(older.events.at(-1)?.seq).toBe((last.events[0]?.seq ?? 0) - 1);
    expect((await ann.history(A, 3, 200)).more).toBe(false);
  });

  it('tells members who came and went, gathered, with the count', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    const gone = rooms.connect('e');
    await gone.join(A);
    await rooms.clock.advance(1000);
    const before = ann.received('presence').length;
    for (const id of ['b', 'c', 'd']) await rooms.connect(id).join(A);
    await gone.leave(A);
    const brief = rooms.connect('f');
    await brief.join(A);
    await brief.leave(A);
    await rooms.clock.advance(250);
    const presence = ann.received('presence').slice(before);
    expect(presence).toMatchObject([{ room: A, count: 4, left: [{ id: 'e', reason: 'left' }] }]);
    expect(presence[0]?.joined.map(({ id }) => id)).toEqual(['b', 'c', 'd']);
  });

  it('passes signals to the others, keeps none, and asks for membership', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const [ann, bob, eve] = [rooms.connect('ann'), rooms.connect('bob'), rooms.connect('eve')];
    await ann.join(A);
    await bob.join(A);
    ann.signal(A, 'typing', { on: true });
    eve.signal(A, 'typing', { on: true });
    expect(bob.received('signal')).toMatchObject([{ room: A, name: 'typing', data: { on: true }, by: { id: 'ann' } }]);
    expect(ann.received('signal')).toEqual([]);
  });

  it('hands nothing of a room to a connection before the reply of its join', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    const bob = rooms.connect('bob');
    const sessions = rooms.node.connect(bob);
    const pending = await sessions.join(A, { profile: { name: 'bob' }, params: {}, data: undefined, mayCreate: true });
    await ann.send(A, 'say', { text: 'meanwhile' });
    expect(bob.pushes).toEqual([]);
    pending.begin();
    expect(text(bob, 'said')).toEqual(['meanwhile']);
    expect(applied(bob, pending.reply.position.seq)).toEqual(['said']);
  });

  it('ends the attachment of a kicked member and of nobody else, after the events of that turn', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const [ann, bob, bobToo] = [rooms.connect('ann'), rooms.connect('bob'), rooms.connect('bob')];
    for (const each of [ann, bob, bobToo]) await each.join(A);
    await Promise.all([ann.send(A, 'say', { text: 'bye' }), ann.send(A, 'kick', { member: 'bob' })]);
    for (const each of [bob, bobToo]) {
      expect(each.pushes.filter(({ op }) => op !== 'presence').slice(-2)).toMatchObject([
        { op: 'events' },
        { op: 'closed', code: 'FORBIDDEN', reason: 'out' },
      ]);
      await expect(each.send(A, 'say', { text: 'x' })).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    }
    expect(ann.received('closed')).toEqual([]);
  });

  it('accepts nothing of a member kicked earlier in the same turn', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const [ann, bob] = [rooms.connect('ann'), rooms.connect('bob')];
    await ann.join(A);
    await bob.join(A);
    const [, said] = await Promise.allSettled([
      ann.send(A, 'kick', { member: 'bob' }),
      bob.send(A, 'say', { text: 'x' }),
    ]);
    expect(said).toMatchObject({ status: 'rejected', reason: { code: 'NOT_A_MEMBER' } });
  });
});
