import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestRooms, type TestConnection } from '@greenroom/testing';
import { AFTER_THE_COMMIT, BESIDE, IN_THE_TURN, THROWN, throwing } from './throws.fixture.js';

const A = 'throws/a';
const say = (who: TestConnection, text: string) => who.send(A, 'say', { text });
const heard = (who: TestConnection) => who.events('said').map(({ data }) => (data as { text: string }).text);

const start = async (kind: ReturnType<typeof throwing>) => {
  const rooms = await startTestRooms({ kinds: [kind] });
  const [ann, bob] = [rooms.connect('ann'), rooms.connect('bob')];
  await ann.join(A);
  await bob.join(A);
  return { rooms, ann, bob };
};

/** What nobody caught would end the process. */
const uncaught: unknown[] = [];
const note = (thrown: unknown): void => void uncaught.push(thrown);
beforeEach(() => {
  uncaught.length = 0;
  process.on('unhandledRejection', note).on('uncaughtException', note);
});
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off('unhandledRejection', note).off('uncaughtException', note);
  expect(uncaught).toHaveLength(0);
});

describe.each(THROWN)('%s thrown', (_, thrown) => {
  it.each(IN_THE_TURN)('in %s costs its command, whole, and nobody else theirs; it is logged once', async (place) => {
    const { rooms, ann, bob } = await start(throwing(thrown));
    const turn = [say(ann, 'before'), ann.send(A, place, {}), say(bob, 'after')];
    const [before, failed, after] = await Promise.allSettled(turn);
    expect([before?.status, after?.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'INTERNAL', retryable: false } });
    for (const each of [ann, bob]) expect(heard(each)).toEqual(['before', 'after']);
    expect(rooms.logged).toHaveLength(1);
    expect(rooms.logged[0]).toMatchObject({ level: 'error', message: `failed at command ${place} of ann`, room: A });
    // XState tells of a guard's in words of its own.
    if (place !== 'guard' && place !== 'always') expect(rooms.logged[0]?.cause === thrown).toBe(true);
  });

  it.each(AFTER_THE_COMMIT)('in %s is logged once, and the command stands', async (place) => {
    const { rooms, ann, bob } = await start(throwing(thrown));
    const turn = [say(ann, 'before'), ann.send(A, place, {}), say(bob, 'after')];
    expect((await Promise.allSettled(turn)).map(({ status }) => status)).toEqual(turn.map(() => 'fulfilled'));
    for (const each of [ann, bob]) expect(heard(each)).toEqual(['before', 'after']);
    expect(rooms.logged.map(({ message, room }) => [message, room])).toEqual([
      ['an action failed after the commit', A],
    ]);
    expect(rooms.logged[0]?.cause === thrown).toBe(true);
  });

  it('in a delayed transition is logged once, and the delay is over', async () => {
    const { rooms, ann } = await start(throwing(thrown));
    await ann.send(A, 'timer', { ms: 10 });
    await rooms.clock.advance(1000);
    expect(rooms.logged.map(({ message, room }) => [message, room])).toEqual([['failed at timer', A]]);
    await say(ann, 'after');
    expect(heard(ann)).toEqual(['after']);
  });

  it.each(BESIDE)(
    'in %s, beside the room, leaves a room that takes commands, and whose state can be left',
    async (place) => {
      const { rooms, ann } = await start(throwing(thrown));
      await ann.send(A, place, {}).catch(() => undefined);
      await rooms.clock.advance(100);
      const bob = rooms.connect('cat');
      const joined = bob.join(A).then(() => bob.send(A, 'calm', {}));
      await rooms.clock.advance(130_000);
      await joined;
      const logged = rooms.logged.length;
      await rooms.clock.advance(130_000);
      expect(rooms.logged).toHaveLength(logged);
      await bob.send(A, 'say', { text: 'after' });
      expect(heard(bob)).toEqual(['after']);
    },
  );

  it('in the view costs those who look, and is logged once for each', async () => {
    let isBroken = false;
    const view = () => {
      if (isBroken) throw thrown;
      return 'fine';
    };
    const { rooms, ann } = await start(throwing(thrown, { view }));
    isBroken = true;
    const outcomes = await Promise.allSettled([
      rooms.node.room(A).view(),
      rooms.connect('cat').join(A),
      say(ann, 'all the same'),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'INTERNAL' } },
      { status: 'rejected', reason: { code: 'INTERNAL' } },
      { status: 'fulfilled' },
    ]);
    expect(rooms.logged.map(({ message, room }) => [message, room])).toEqual([
      ['failed at view', A],
      ['failed at join', A],
    ]);
    isBroken = false;
    expect(await rooms.node.room(A).view()).toBe('fine');
    expect((await rooms.node.room(A).members()).members.map(({ id }) => id)).toEqual(['ann', 'bob']);
  });

  it('after the commit is tried again, with the room logged each time', async () => {
    let fails = 2;
    const seen: number[] = [];
    const afterCommit = ({ seq }: { readonly seq: number }) => {
      if ((fails -= 1) >= 0) throw thrown;
      seen.push(seq);
    };
    const { rooms, ann } = await start(throwing(thrown, { afterCommit }));
    await say(ann, 'x');
    await rooms.clock.advance(10_000);
    expect(seen).toHaveLength(1);
    expect(rooms.logged.map(({ room }) => room)).toEqual([A, A]);
  });
});
