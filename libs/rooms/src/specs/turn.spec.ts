import { describe, expect, it } from '@jest/globals';
import { startTestRooms } from '@greenroom/testing';
import { lab } from './lab.fixture.js';

const A = 'lab/a';
const open = async (acted: string[] = [], options = {}) => {
  const rooms = await startTestRooms({ kinds: [lab(options, acted)] });
  const ann = rooms.connect('ann');
  const bob = rooms.connect('bob');
  await ann.join(A);
  await bob.join(A);
  await rooms.settle();
  return { rooms, ann, bob };
};

describe('a turn', () => {
  it('applies what members send in the order it was sent, and shows every member the same stream', async () => {
    const { ann, bob } = await open();
    const replies = await Promise.all([
      ann.send(A, 'say', { text: '1' }),
      bob.send(A, 'say', { text: '2' }),
      ann.send(A, 'say', { text: '3' }),
    ]);
    expect(ann.events('said').map(({ data }) => (data as { text: string }).text)).toEqual(['1', '2', '3']);
    expect(bob.events('said')).toEqual(ann.events('said'));
    expect(replies.map(({ position }) => position.seq)).toEqual(ann.events('said').map(({ seq }) => seq));
  });

  it('writes one frame a member, whatever number of commands it took', async () => {
    const { ann, bob } = await open();
    const before = bob.received('events').length;
    await Promise.all(Array.from({ length: 20 }, (_, n) => ann.send(A, 'say', { text: String(n) })));
    expect(bob.received('events').length - before).toBe(1);
    expect(bob.events('said')).toHaveLength(20);
  });

  it('hands over frames that follow each other without a gap', async () => {
    const { rooms, ann, bob } = await open();
    const { position } = await rooms.connect('cat').join(A);
    for (const text of ['x', 'y']) await ann.send(A, 'say', { text });
    await ann.send(A, 'quiet', {});
    await ann.send(A, 'whisper', { to: 'ann', text: 'me' });
    await ann.send(A, 'say', { text: 'z' });
    let at = position.seq;
    for (const frame of bob.received('events').filter(({ to }) => to > position.seq)) {
      expect(frame.from).toBeLessThanOrEqual(at);
      at = frame.to;
    }
    expect(bob.events('said').map(({ data }) => (data as { text: string }).text)).toEqual(['x', 'y', 'z']);
  });

  const refusals: [string, unknown, string][] = [
    ['refuse', { code: 'REJECTED' }, 'REJECTED'],
    ['refuse', { code: 'FORBIDDEN' }, 'FORBIDDEN'],
    ['never', {}, 'REJECTED'],
    ['unheardOf', {}, 'REJECTED'],
    ['boomAssign', {}, 'INTERNAL'],
    ['boomEmit', {}, 'INTERNAL'],
    ['boomGuard', {}, 'INTERNAL'],
    ['twoReplies', {}, 'INTERNAL'],
    ['replyAndReject', {}, 'INTERNAL'],
    ['badEvent', {}, 'INTERNAL'],
  ];
  it.each(refusals)('undoes all of a refused %s %j, answers %s, and goes on', async (name, data, code) => {
    const { ann, bob } = await open();
    const first = await ann.send(A, 'say', { text: 'before' });
    const shown = bob.pushes.length;
    await expect(ann.send(A, name, data)).rejects.toMatchObject({ code });
    const second = await ann.send(A, 'say', { text: 'after' });
    expect(bob.pushes.slice(shown)).toMatchObject([{ op: 'events', events: [{ name: 'said' }] }]);
    expect(second.position.seq).toBe(first.position.seq + 1);
    const { events } = await ann.history(A);
    expect(events.filter((event) => event.name === 'noted')).toEqual([]);
  });

  it('lets a refused command spoil no other of the same turn', async () => {
    const { ann, bob } = await open();
    const settled = await Promise.allSettled([
      ann.send(A, 'say', { text: '1' }),
      ann.send(A, 'refuse', { code: 'REJECTED' }),
      ann.send(A, 'boomAssign', {}),
      ann.send(A, 'say', { text: '2' }),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(bob.events('said')).toHaveLength(2);
  });

  it('runs custom actions after the commit; one that throws is logged and the command stands', async () => {
    const acted: string[] = [];
    const { rooms, ann, bob } = await open(acted);
    await ann.send(A, 'boomAction', {});
    expect(bob.events('noted')).toHaveLength(1);
    expect(acted).toEqual(['after boom']);
    expect(rooms.logged).toMatchObject([{ level: 'error', cause: { message: 'action' } }]);
  });

  it('answers a command with the data the room replies', async () => {
    const { ann } = await open();
    await expect(ann.send(A, 'add', { a: 2, b: 3 })).resolves.toMatchObject({ data: { sum: 5 } });
  });

  it('shows the events of a turn before it answers its sender', async () => {
    const { ann } = await open();
    const order: string[] = [];
    ann.push = () => void order.push('events');
    await ann.send(A, 'say', { text: 'x' }).then(() => order.push('reply'));
    expect(order).toEqual(['events', 'reply']);
  });

  it('shows and answers nothing while the store has not', async () => {
    const { rooms, ann, bob } = await open([], {});
    const append = rooms.store.append.bind(rooms.store);
    let release = () => {};
    rooms.store.append = async (...args) => {
      await new Promise<void>((resolve) => (release = resolve));
      return append(...args);
    };
    let isAnswered = false;
    const shown = bob.pushes.length;
    const sent = ann.send(A, 'say', { text: 'x' }).then(() => (isAnswered = true));
    const joining = rooms.connect('cat').join(A);
    await rooms.settle();
    expect({ isAnswered, pushes: bob.pushes.length }).toEqual({ isAnswered: false, pushes: shown });
    release();
    await sent;
    expect(bob.events('said')).toHaveLength(1);
    await rooms.settle();
    release();
    await expect(joining).resolves.toMatchObject({ view: { said: ['x'] } });
  });

  it('ends a room by its final state: members are told, nobody gets in any more', async () => {
    const { rooms, ann, bob } = await open();
    await ann.send(A, 'finish', {});
    expect(bob.received('closed')).toMatchObject([{ room: A, code: 'ROOM_CLOSED' }]);
    await expect(ann.send(A, 'say', { text: 'x' })).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    await expect(rooms.connect('cat').join(A)).rejects.toMatchObject({ code: 'ROOM_CLOSED' });
  });

  it('refuses commands beyond the mailbox with BUSY and a time to come back, and loses none of the others', async () => {
    const rooms = await startTestRooms({
      kinds: [lab()],
      limits: { mailbox: { maxLetters: 10, maxBytes: 1e6 }, maxUnanswered: 1000 },
    });
    const ann = rooms.connect('ann');
    await ann.join(A);
    const settled = await Promise.allSettled(
      Array.from({ length: 15 }, (_, n) => ann.send(A, 'say', { text: String(n) })),
    );
    const refused = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    expect(refused).toHaveLength(5);
    expect(refused[0]).toMatchObject({ code: 'BUSY', retryable: true, retryAfterMs: expect.any(Number) });
    expect(ann.events('said')).toHaveLength(10);
  });

  it('refuses more than 64 unanswered commands of one member with BUSY', async () => {
    const { ann, bob } = await open();
    const many = Array.from({ length: 70 }, () => ann.send(A, 'quiet', {}));
    const other = bob.send(A, 'quiet', {});
    const settled = await Promise.allSettled(many);
    expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(6);
    await expect(other).resolves.toBeDefined();
  });
});
