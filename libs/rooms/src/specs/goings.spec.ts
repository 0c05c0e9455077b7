import { describe, expect, it } from '@jest/globals';
import { startTestRooms } from '@greenroom/testing';
import { SYSTEM } from '../kind.js';
import { lab } from './lab.fixture.js';
import { A, texts, say, ids, holdAppends, open } from './two-members.fixture.js';

describe('comings and goings', () => {
  it('one who leaves while the store is slow is gone', async () => {
    const { rooms, ann, bob } = await open();
    const release = holdAppends(rooms);
    say(ann, 'x').catch(() => {});
    await rooms.settle();
    bob.leave(A).catch(() => {});
    await rooms.clock.advance(6000);
    release();
    await rooms.settle();
    bob.drop();
    await rooms.clock.advance(120_000);
    expect(await ids(rooms)).toEqual(['ann']);
  });

  it('one whose connection is lost while the store is away for two minutes is gone in the end', async () => {
    const { rooms, ann, bob } = await open();
    const release = holdAppends(rooms);
    say(ann, 'x').catch(() => {});
    await rooms.settle();
    bob.drop();
    await rooms.clock.advance(120_000);
    release();
    await rooms.clock.advance(120_000);
    expect(await ids(rooms)).toEqual(['ann']);
  });

  it('one who leaves, comes back and leaves again at once is told to have left', async () => {
    const { rooms, ann, bob } = await open();
    await bob.leave(A);
    await bob.join(A);
    await bob.leave(A);
    await rooms.clock.advance(1000);
    expect(ann.received('presence').at(-1)).toMatchObject({ left: [{ id: 'bob' }], count: 1 });
  });

  it('a session that is taken up again on its own connection is not told to be closed', async () => {
    const { ann, rooms } = await open();
    const cat = rooms.connect('cat');
    const first = await cat.join(A);
    await cat.join(A, { session: first.session, since: first.position });
    expect(cat.received('closed')).toEqual([]);
    await say(ann, 'x');
    expect(texts(cat.events())).toEqual(['x']);
  });

  it('a command that closed the room is answered again with its outcome', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const send = () => rooms.node.room(A).send('finish', {}, { as: SYSTEM, commandId: 'c:1' });
    const first = await send();
    await expect(send()).resolves.toEqual({ ...first, duplicate: true });
  });

  it('a join whose answer fails leaves no member behind', async () => {
    const kind = lab();
    const rooms = await startTestRooms({
      kinds: [
        {
          ...kind,
          view: (_, viewer) => {
            if (viewer?.id === 'bob') throw new Error('view');
            return null;
          },
        },
      ],
    });
    await rooms.connect('ann').join(A);
    const bob = rooms.connect('bob');
    await expect(bob.join(A)).rejects.toMatchObject({ code: 'INTERNAL' });
    bob.drop();
    await rooms.clock.advance(120_000);
    expect(await ids(rooms)).toEqual(['ann']);
  });

  it('a resume whose log cannot be read is still a resume, or leaves nobody behind', async () => {
    const { rooms, bob } = await open();
    const { session, position } = await bob.join(A);
    bob.drop();
    await rooms.settle();
    const read = rooms.store.read.bind(rooms.store);
    await rooms.node.room(A).send('say', { text: 'x' }, { as: SYSTEM });
    rooms.store.read = () => Promise.reject(new Error('io'));
    const again = rooms.connect('bob');
    await again.join(A, { session, since: position }).catch(() => {});
    rooms.store.read = read;
    again.drop();
    await rooms.clock.advance(120_000);
    expect(await ids(rooms)).toEqual(['ann']);
  });
});
