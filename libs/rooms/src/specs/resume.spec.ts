import { describe, expect, it } from '@jest/globals';
import { startTestRooms, type TestConnection } from '@greenroom/testing';
import { lab, passagesOf } from './lab.fixture.js';

const A = 'lab/a';
const texts = (events: readonly { name: string; data: unknown }[]) =>
  events.filter(({ name }) => name === 'said').map(({ data }) => (data as { text: string }).text);
const say = (who: TestConnection, text: string, commandId?: string) => who.send(A, 'say', { text }, commandId);

describe('a session', () => {
  it('outlives its connection for its grace time: resuming hands over all that was missed, once', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const [ann, bob] = [rooms.connect('ann'), rooms.connect('bob')];
    await ann.join(A);
    const { session, position } = await bob.join(A);
    bob.drop();
    for (const text of ['1', '2', '3']) await say(ann, text);
    await rooms.clock.advance(20_000);
    const again = rooms.connect('bob');
    const reply = await again.join(A, { session, since: position });
    expect(reply).toMatchObject({ recovered: true, session, count: 2 });
    expect(texts(reply.recovered ? reply.events : [])).toEqual(['1', '2', '3']);
    await say(ann, '4');
    expect(texts(again.events())).toEqual(['4']);
  });

  it('gives a fresh view where something that was missed is not kept, or was never', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const ann = rooms.connect('ann');
    const { session, position } = await ann.join(A);
    const since = (epoch: number, seq: number) => rooms.connect('ann').join(A, { session, since: { epoch, seq } });
    await say(ann, '1');
    expect(await since(position.epoch, position.seq + 100)).toMatchObject({ recovered: false, view: { said: ['1'] } });
    expect(await since(position.epoch + 1, position.seq)).toMatchObject({ recovered: false });
    expect(await since(position.epoch, position.seq)).toMatchObject({ recovered: true });
  });

  it('loses its member when the grace time is over, with nobody else there', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const [ann, bob] = [rooms.connect('ann'), rooms.connect('bob')];
    await ann.join(A);
    const { session } = await bob.join(A);
    bob.drop();
    await rooms.clock.advance(29_000);
    expect(await ann.members(A)).toMatchObject({ members: [{ id: 'ann' }, { id: 'bob' }] });
    await rooms.clock.advance(2000);
    expect(await ann.members(A)).toMatchObject({ members: [{ id: 'ann' }] });
    expect(ann.received('presence').at(-1)).toMatchObject({ left: [{ id: 'bob', reason: 'lost' }], count: 1 });
    const late = await rooms.connect('bob').join(A, { session });
    expect(late.session).not.toBe(session);
  });

  it("opens nobody's session but its user's, and touches nothing when the secret is wrong", async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const bob = rooms.connect('bob');
    const { session, position } = await bob.join(A);
    const eve = rooms.connect('eve');
    const stolen = await eve.join(A, { session, since: position });
    expect(stolen).toMatchObject({ recovered: false, me: { id: 'eve' }, count: 2 });
    await say(bob, 'still here');
    expect(texts(bob.events())).toEqual(['still here']);
  });

  it('moves to the connection that takes it up; the old one hears nothing more, and its loss means nothing', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const old = rooms.connect('bob');
    const { session, position } = await old.join(A);
    const fresh = rooms.connect('bob');
    await fresh.join(A, { session, since: position });
    expect(old.received('closed')).toHaveLength(1);
    old.drop();
    await rooms.clock.advance(60_000);
    await say(fresh, 'x');
    expect([texts(old.events()), texts(fresh.events())]).toEqual([[], ['x']]);
  });

  it('tells the machine of members, not of tabs: join, drop, resume and leave once each', async () => {
    let state: unknown;
    const kind = lab();
    const rooms = await startTestRooms({ kinds: [{ ...kind, view: (now) => ((state = now), null) }] });
    const [one, two] = [rooms.connect('ann'), rooms.connect('ann')];
    await one.join(A);
    const { session } = await two.join(A);
    one.drop();
    await rooms.settle();
    two.drop();
    await rooms.settle();
    const again = rooms.connect('ann');
    await again.join(A, { session });
    await rooms.clock.advance(31_000);
    await again.leave(A);
    await rooms.connect('bob').join(A);
    expect(passagesOf(state)).toEqual(['join ann', 'drop ann', 'resume ann', 'leave ann left', 'join bob']);
  });

  it('survives the death of the process: it resumes with all it missed, and the machine hears of the drop', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const [ann, bob] = [rooms.connect('ann'), rooms.connect('bob')];
    const joined = await ann.join(A);
    const { session, position } = await bob.join(A);
    await say(ann, '1');
    const after = await rooms.kill();
    const annToo = after.connect('ann');
    await annToo.join(A, { session: joined.session, since: joined.position });
    await say(annToo, '2');
    const reply = await after.connect('bob').join(A, { session, since: position });
    expect(reply).toMatchObject({ recovered: true, count: 2 });
    expect(texts(reply.recovered ? reply.events : [])).toEqual(['1', '2']);
  });

  it('is lost after a restart when its member does not come back', async () => {
    let state: unknown;
    const kinds = [{ ...lab(), view: (now: unknown) => ((state = now), null) }];
    const rooms = await startTestRooms({ kinds });
    await rooms.connect('ann').join(A);
    const after = await rooms.kill();
    await after.clock.advance(40_000);
    await after.connect('bob').join(A);
    // Nobody asked for the room before bob: it was woken, and ann had her grace from then on.
    expect(passagesOf(state)).toEqual(['join ann', 'drop ann', 'leave ann lost', 'join bob']);
  });
});

describe('a repeated command', () => {
  it('gets the first outcome, also on another connection and after a restart, and is run once', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const ann = rooms.connect('ann');
    const { session } = await ann.join(A);
    const first = await ann.send(A, 'add', { a: 1, b: 2 }, 'c:1');
    await expect(ann.send(A, 'add', { a: 9, b: 9 }, 'c:1')).resolves.toEqual({ ...first, duplicate: true });
    const after = await rooms.kill();
    const again = after.connect('ann');
    await again.join(A, { session });
    await expect(again.send(A, 'add', { a: 1, b: 2 }, 'c:1')).resolves.toEqual({ ...first, duplicate: true });
  });

  it('joins the one that is still running', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    const [first, second] = await Promise.all([say(ann, 'x', 'c:1'), say(ann, 'x', 'c:1')]);
    expect(second).toEqual({ ...first, duplicate: true });
    expect(texts(ann.events())).toEqual(['x']);
  });

  it('is run again when the first was refused', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    await expect(ann.send(A, 'never', {}, 'c:1')).rejects.toMatchObject({ code: 'REJECTED' });
    await expect(say(ann, 'x', 'c:1')).resolves.not.toHaveProperty('duplicate');
  });

  it('is of its member alone', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const [ann, bob] = [rooms.connect('ann'), rooms.connect('bob')];
    await ann.join(A);
    await bob.join(A);
    await say(ann, 'x', 'c:1');
    await expect(say(bob, 'y', 'c:1')).resolves.not.toHaveProperty('duplicate');
  });

  it('has an unknown outcome below the window of 256, and is not run', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    for (let n = 0; n < 258; n += 1) await ann.send(A, 'quiet', {}, `c:${n}`);
    await expect(say(ann, 'again', 'c:0')).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
    await expect(ann.send(A, 'quiet', {}, 'c:2')).resolves.toMatchObject({ duplicate: true });
    expect(texts(ann.events())).toEqual([]);
  });
});
