import { describe, expect, it } from '@jest/globals';
import { startTestRooms, type TestConnection } from '@greenroom/testing';
import { A, entriesOf, holdAppends, open, say } from './two-members.fixture.js';
import { lab } from './lab.fixture.js';

/** What became of each, in order: `ok`, or the code it was refused with. */
const outcomes = async (asked: readonly Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(asked)).map((each) =>
    each.status === 'fulfilled' ? 'ok' : (each.reason as { code: string }).code,
  );
const refused = (all: readonly string[]): string[] => all.filter((outcome) => outcome !== 'ok');
/** Of text: what a mailbox takes it for is a little more. */
const KIB = 1024;

describe('a room', () => {
  it('has as many members as it may, not one more; a tab of a member is none, and who leaves makes place', async () => {
    const rooms = await startTestRooms({ kinds: [lab({ maxMembers: 2 })] });
    const [ann, bob, cat] = ['ann', 'bob', 'cat'].map((id) => rooms.connect(id)) as [
      TestConnection,
      TestConnection,
      TestConnection,
    ];
    await ann.join(A);
    await bob.join(A);
    await expect(cat.join(A)).rejects.toMatchObject({ code: 'ROOM_FULL' });
    await expect(rooms.connect('bob').join(A)).resolves.toMatchObject({ count: 2 });
    await ann.leave(A);
    await expect(cat.join(A)).resolves.toMatchObject({ count: 2 });
  });

  it('takes as many bytes as its mailbox may have, and leaving finds a place when it is full', async () => {
    const limits = { mailbox: { maxLetters: 1000, maxBytes: 100 * KIB }, maxUnansweredBytes: Infinity };
    const { rooms, ann, bob } = await open(lab(), limits);
    const release = holdAppends(rooms);
    const under = outcomes([say(ann, 'a turn that is under way')]);
    await rooms.clock.advance(1);
    // A letter is its text and some more.
    const letters = outcomes(Array.from({ length: 12 }, () => say(ann, 'x'.repeat(10 * KIB))));
    const leaving = bob.leave(A);
    await rooms.clock.advance(1);
    release();
    expect(await under).toEqual(['ok']);
    expect(await letters).toEqual([...Array<string>(9).fill('ok'), 'BUSY', 'BUSY', 'BUSY']);
    await expect(leaving).resolves.toBeUndefined();
    await expect(say(ann, 'x'.repeat(10 * KIB))).resolves.toBeDefined();
  });

  it('that is activated and unloaded again and again keeps no more for it', async () => {
    const limits = { historyEvents: 10, snapshotEntries: 20 };
    const rooms = await startTestRooms({ kinds: [lab({ passivateAfterMs: 1000 })], limits });
    const ann = rooms.connect('ann');
    await ann.join(A);
    await ann.leave(A);
    const looks = 300;
    for (let n = 0; n < looks; n += 1) {
      await rooms.clock.advance(2000);
      expect(rooms.node.active).toBe(0);
      await rooms.node.room(A).view();
    }
    const entries = await entriesOf(rooms);
    expect(entries.at(-1)?.seq).toBeGreaterThan(looks);
    expect(entries.length).toBeLessThan(limits.snapshotEntries + 4 * limits.historyEvents + 2);
    const claim = await rooms.store.claim(A, 'another', rooms.clock.now(), false);
    expect(claim?.lineage.length).toBeLessThan(entries.length + 2);
  });
});

describe('a node', () => {
  it('has as many rooms active as it may, and takes another when one is unloaded', async () => {
    const rooms = await startTestRooms({ kinds: [lab({ passivateAfterMs: 1000 })], limits: { maxRooms: 2 } });
    const ann = rooms.connect('ann');
    await ann.join('lab/1');
    await ann.join('lab/2');
    await expect(ann.join('lab/3')).rejects.toMatchObject({ code: 'BUSY', retryAfterMs: expect.any(Number) });
    await ann.leave('lab/1');
    await rooms.clock.advance(2000);
    await expect(ann.join('lab/3')).resolves.toBeDefined();
    await expect(ann.join('lab/1')).rejects.toMatchObject({ code: 'BUSY' });
  });

  it('is after hundreds of rooms what it was: none is loaded, and nobody waits for any', async () => {
    const rooms = await startTestRooms({ kinds: [lab({ passivateAfterMs: 1000, durability: 'memory' })] });
    const ann = rooms.connect('ann');
    for (let n = 0; n < 500; n += 1) {
      await ann.join(`lab/${n}`);
      await ann.leave(`lab/${n}`);
    }
    expect(rooms.node.active).toBe(500);
    await rooms.clock.advance(2000);
    expect(rooms.node.active).toBe(0);
    expect((await rooms.node.list('lab', 10)).rooms).toEqual([]);
  });
});

describe('a member who floods a room', () => {
  it('has 64 commands waiting, not one more', async () => {
    const { ann } = await open();
    const all = await outcomes(Array.from({ length: 65 }, () => ann.send(A, 'quiet', {})));
    expect(refused(all)).toEqual(['BUSY']);
    expect(all.at(-1)).toBe('BUSY');
  });

  it('has a quarter of the mailbox, whatever its limit of commands: another finds a place', async () => {
    const { rooms, ann, bob } = await open();
    const release = holdAppends(rooms);
    const under = outcomes([say(ann, 'a turn that is under way')]);
    await rooms.clock.advance(1);
    const flood = outcomes(Array.from({ length: 64 }, () => say(ann, 'x'.repeat(64 * KIB))));
    const calm = outcomes([say(bob, 'x'.repeat(64 * KIB))]);
    await rooms.clock.advance(1);
    release();
    const all = await flood;
    expect(all.slice(0, 15)).toEqual(Array<string>(15).fill('ok'));
    expect(all.slice(15)).toEqual(Array<string>(49).fill('BUSY'));
    expect([...(await under), ...(await calm)]).toEqual(['ok', 'ok']);
  });

  it('may send one command that is larger than that, as long as nothing else of theirs waits', async () => {
    const { ann } = await open(lab(), { maxUnansweredBytes: KIB });
    const large = 'x'.repeat(10 * KIB);
    expect(await outcomes([say(ann, large), say(ann, 'more')])).toEqual(['ok', 'BUSY']);
    await expect(say(ann, large)).resolves.toBeDefined();
  });

  it('does not keep another waiting: what they say is taken with the next turn', async () => {
    const { rooms, ann, bob } = await open();
    const append = rooms.store.append.bind(rooms.store);
    let turns = 0;
    rooms.store.append = (...args) => {
      turns += 1;
      return append(...args);
    };
    const flood = { isOver: false };
    const lane = async (): Promise<void> => {
      while (!flood.isOver) await say(ann, 'flood').catch(() => {});
    };
    const lanes = Array.from({ length: 64 }, lane);
    for (let n = 0; n < 20; n += 1) {
      const before = turns;
      await say(bob, `calm ${n}`);
      expect(turns - before).toBeLessThanOrEqual(2);
    }
    flood.isOver = true;
    await Promise.all(lanes);
  });
});

describe('a room whose first join is refused', () => {
  const join = (rooms: Awaited<ReturnType<typeof startTestRooms>>, user: string, onCreated: () => void) => {
    const sessions = rooms.node.connect({ id: `c-${user}`, user: { id: user, name: user }, push: () => {} });
    const request = { profile: { name: user }, params: {}, data: undefined, mayCreate: true, onCreated };
    return sessions.join(A, request);
  };

  it('was made by who was refused, once, and by nobody who joins later', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const made: string[] = [];
    const attempt = (user: string) => join(rooms, user, () => made.push(user));
    await expect(attempt('banned')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(made).toEqual(['banned']);
    await expect(attempt('banned')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await attempt('ann');
    expect(made).toEqual(['banned']);
    expect((await rooms.node.list('lab', 10)).rooms).toEqual([{ id: 'a', members: 1 }]);
  });
});
