import { describe, expect, it } from '@jest/globals';
import { startTestRooms, type TestConnection, type TestRooms } from '@greenroom/testing';
import type { Clock } from '../clock.js';
import type { Feed } from '../feed/feed.js';
import type { RoomStore } from '../log/store.js';
import { lab } from './lab.fixture.js';
import { A, ids, open, resumeTwice } from './two-members.fixture.js';

/** Who is in the room, as far as a connection was told. */
const rosterOf = (connection: TestConnection, joined: { readonly members: readonly { readonly id: string }[] }) => {
  const roster = new Set(joined.members.map(({ id }) => id));
  for (const { joined: came, left } of connection.received('presence')) {
    for (const { id } of left) roster.delete(id);
    for (const { id } of came) roster.add(id);
  }
  return [...roster].sort();
};

/** The next write is in doubt: written or not, the engine is told of a lost connection. */
const doubtNext = (rooms: TestRooms, isWritten: boolean): void => {
  const append = rooms.store.append.bind(rooms.store);
  rooms.store.append = async (...args) => {
    rooms.store.append = append;
    if (isWritten) await append(...args);
    throw new Error('connection lost');
  };
};

describe('what members know of who is there', () => {
  it('is right for one who joined between the coming and the going of another', async () => {
    const { rooms } = await open();
    const [cat, dan] = [rooms.connect('cat'), rooms.connect('dan')];
    await cat.join(A);
    const joined = await dan.join(A);
    await cat.leave(A);
    await rooms.clock.advance(1000);
    expect(rosterOf(dan, joined)).toEqual(await ids(rooms));
  });

  it('is right for them also when the feed is late, as one between nodes is', async () => {
    const late: (() => void)[] = [];
    const wrap = {
      store: (store: RoomStore) => store,
      clock: (clock: Clock) => clock,
      feed: (feed: Feed): Feed => ({
        publish: (address, message) => void late.push(() => feed.publish(address, message)),
        subscribe: (address, listener) => feed.subscribe(address, listener),
        head: (address) => feed.head(address),
      }),
    };
    const rooms = await startTestRooms({ kinds: [lab()], wrap });
    const deliver = (): void => late.splice(0).forEach((publish) => publish());
    const [ann, bob] = [rooms.connect('ann'), rooms.connect('bob')];
    await ann.join(A);
    const joined = await bob.join(A);
    deliver();
    await ann.leave(A);
    deliver();
    await rooms.clock.advance(1000);
    expect(rosterOf(bob, joined)).toEqual(['bob']);
  });

  it('is right after a turn in doubt that was written: those who left in it have left', async () => {
    const { rooms, ann, bob } = await open();
    const cat = rooms.connect('cat');
    const joined = await cat.join(A);
    await rooms.clock.advance(1000);
    doubtNext(rooms, true);
    await Promise.allSettled([bob.leave(A), ann.send(A, 'say', { text: 'x' })]);
    await rooms.clock.advance(10_000);
    expect(await ids(rooms)).toEqual(['ann', 'cat']);
    expect(rosterOf(cat, joined)).toEqual(['ann', 'cat']);
  });
});

describe('nobody stays who is not there', () => {
  it.each([true, false])('after a leave whose commit was in doubt (written %s)', async (isWritten) => {
    const { rooms, bob } = await open();
    doubtNext(rooms, isWritten);
    await bob.leave(A).catch(() => {});
    bob.drop();
    await rooms.clock.advance(60_000);
    expect(await ids(rooms)).toEqual(['ann']);
  });

  it.each([true, false])(
    'after a join whose commit was in doubt, and another that was not (written %s)',
    async (isWritten) => {
      const { rooms } = await open();
      const cat = rooms.connect('cat');
      doubtNext(rooms, isWritten);
      await expect(cat.join(A)).rejects.toMatchObject({ retryable: true });
      await cat.join(A);
      await rooms.clock.advance(60_000);
      expect(await ids(rooms)).toEqual(['ann', 'bob', 'cat']);
      await cat.leave(A);
      await rooms.clock.advance(60_000);
      expect(await ids(rooms)).toEqual(['ann', 'bob']);
    },
  );

  it('after a leave while the store is away for minutes, though the connection stays', async () => {
    const { rooms, bob } = await open();
    const append = rooms.store.append.bind(rooms.store);
    const claim = rooms.store.claim.bind(rooms.store);
    rooms.store.append = () => Promise.reject(new Error('away'));
    rooms.store.claim = () => Promise.reject(new Error('away'));
    await bob.leave(A).catch(() => {});
    await rooms.clock.advance(150_000);
    Object.assign(rooms.store, { append, claim });
    await rooms.clock.advance(150_000);
    expect(await ids(rooms)).toEqual(['ann']);
  });

  it('after a join in doubt that was not tried again', async () => {
    const { rooms } = await open();
    const cat = rooms.connect('cat');
    doubtNext(rooms, true);
    await expect(cat.join(A)).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
    await rooms.clock.advance(60_000);
    expect(await ids(rooms)).toEqual(['ann', 'bob']);
  });
});

it('a resume that was given up, and tried again on the same connection, stays for good', async () => {
  const { rooms } = await resumeTwice();
  await rooms.clock.advance(60_000);
  expect(await ids(rooms)).toEqual(['ann', 'bob']);
});
