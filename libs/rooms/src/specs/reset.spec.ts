import { describe, expect, it } from '@jest/globals';
import { startTestRooms, TestCluster, type PortWraps } from '@greenroom/testing';
import type { Push } from '@greenroom/protocol';
import type { Feed, PublishedTurn } from '../feed/feed.js';
import { roomKind } from '../kind.js';
import { statechart } from '../room/statechart.js';
import type { Sessions } from '../routing/sessions.js';
import { Lab, lab, labMachine } from './lab.fixture.js';

const A = 'lab/a';

/** Ann's own connection, without the courtesies of the test kit. */
const joined = async (kind = lab(), wrap?: PortWraps) => {
  const rooms = await startTestRooms({ kinds: [kind], ...(wrap !== undefined && { wrap }) });
  const pushes: Push[] = [];
  const user = { id: 'ann', name: 'Ann' };
  const sessions: Sessions = rooms.node.connect({ id: 'c1', user, push: ({ push }) => void pushes.push(push) });
  const pending = await sessions.join(A, { profile: { name: 'Ann' }, params: {}, data: undefined, mayCreate: true });
  pending.begin();
  const say = (text: string) => sessions.send(A, { name: 'say', data: { text } });
  return { rooms, pushes, sessions, say, reply: pending.reply };
};

describe('a reset', () => {
  it('says where the room is, and what follows is the rest, without a gap or a repeat', async () => {
    const { pushes, sessions, say, rooms } = await joined();
    await say('one');
    pushes.length = 0;
    const busy = [say('two'), sessions.reset(A, 'slow reader'), say('three'), say('four')];
    await Promise.all(busy);
    await rooms.settle();
    const at = pushes.findIndex(({ op }) => op === 'reset');
    const reset = pushes[at];
    if (reset?.op !== 'reset') throw new Error('no reset');
    expect(reset).toMatchObject({ room: A, reason: 'slow reader', members: [{ id: 'ann' }] });
    const seen = (reset.view as { said: string[] }).said;
    expect(seen.slice(0, 2)).toEqual(['one', 'two']);
    const after = pushes.slice(at + 1).flatMap((push) => (push.op === 'events' ? [push] : []));
    let { seq } = reset.position;
    const told: string[] = [];
    for (const { from, to, events } of after) {
      expect(from).toBeLessThanOrEqual(seq);
      for (const event of events) if (event.seq > seq) told.push((event.data as { text: string }).text);
      seq = to;
    }
    expect([...seen, ...told]).toEqual(['one', 'two', 'three', 'four']);
  });

  it('is no news to the room: nothing of it is in the log', async () => {
    const { rooms, sessions } = await joined();
    const before = await rooms.store.read(A, { limit: 100 });
    await sessions.reset(A, 'slow reader');
    expect(await rooms.store.read(A, { limit: 100 })).toEqual(before);
  });

  it('that cannot be made ends the attachment; its session can be taken up again', async () => {
    let isBlind = false;
    const view = (): { said: string[] } => {
      if (isBlind) throw new Error('blind');
      return { said: [] };
    };
    const { rooms, pushes, sessions, reply } = await joined(
      roomKind(Lab, { logic: statechart(labMachine(), { freeze: true }), view }),
    );
    isBlind = true;
    await sessions.reset(A, 'slow reader');
    expect(pushes.at(-1)).toMatchObject({ op: 'closed', room: A, code: 'INTERNAL' });
    expect(sessions.addresses()).toEqual([]);
    isBlind = false;
    const again = await rooms.connect('ann').join(A, { session: reply.session, since: reply.position });
    expect(again).toMatchObject({ recovered: true, session: reply.session });
  });

  it('of a room that was left is none', async () => {
    const { pushes, sessions } = await joined();
    await sessions.leave(A);
    pushes.length = 0;
    await sessions.reset(A, 'slow reader');
    expect(pushes).toEqual([]);
  });

  it('comes by itself when the room goes on below what was told: its store has lost it', async () => {
    let feed: Feed | undefined;
    const wrap: PortWraps = {
      store: (store) => store,
      clock: (clock) => clock,
      feed: (own) => (feed = own),
    };
    const { pushes, say, rooms, reply } = await joined(lab(), wrap);
    const { position } = await say('one');
    const { epoch, seq } = position;
    const turn = (after: number): PublishedTurn => ({
      type: 'turn',
      epoch: epoch + 1,
      after,
      floor: after,
      to: after + 1,
      shared: true,
      events: [{ seq: after + 1, name: 'said', data: { text: 'else' }, at: 0 }],
      joined: [],
      left: [],
      ended: [],
      count: 1,
    });
    pushes.length = 0;
    // Another owner goes on where the last one was.
    feed?.publish(A, turn(seq));
    await rooms.settle();
    expect(pushes).toMatchObject([{ op: 'events', from: seq, to: seq + 1 }]);
    pushes.length = 0;
    feed?.publish(A, { ...turn(reply.position.seq - 1), epoch: epoch + 2 });
    await rooms.settle();
    expect(pushes).toMatchObject([{ op: 'reset', room: A, reason: 'what was told is lost' }]);
  });

  it('comes by itself when no more is lost than the new owners’ claims have taken positions', async () => {
    const cluster = new TestCluster({ kinds: () => [lab()] });
    const [one, two] = [await cluster.start(), await cluster.start()];
    cluster.owners.set(A, one.id);
    const bob = two.connect('bob');
    await bob.join(A);
    const { position } = await bob.send(A, 'say', { text: 'kept' });
    const { epoch, seq } = position;
    const events = [{ seq: seq + 1, name: 'said', data: { text: 'lost' }, at: 0 }];
    const rest = { shared: true, joined: [], left: [], ended: [], count: 1 };
    cluster.feed.publish(A, { type: 'turn', epoch, after: seq, floor: seq, to: seq + 1, events, ...rest });
    expect(bob.events('said')).toHaveLength(2);
    one.kill();
    // Claims that came to nothing, and that of whoever serves.
    for (let n = 1; n < 3; n += 1) await cluster.store.claim(A, 'nobody', cluster.clock.now() + n, false);
    await cluster.clock.advance(5000);
    await two.node.room(A).send('say', { text: 'else' }, { as: { id: 'sys', name: 'Sys' } });
    await cluster.clock.advance(1000);
    expect(bob.received('reset')).toMatchObject([
      { view: { said: ['kept', 'else'] }, reason: 'what was told is lost' },
    ]);
  });

  it('comes by itself when a turn is missing that no log has, be it only of somebody who came', async () => {
    const world = { isLosing: false };
    const wrap: PortWraps = {
      store: (store) => store,
      clock: (clock) => clock,
      feed: (own) => ({
        publish: (address, message) => (world.isLosing ? undefined : own.publish(address, message)),
        subscribe: (address, listener) => own.subscribe(address, listener),
        head: (address) => own.head(address),
      }),
    };
    const { pushes, say, rooms } = await joined(lab(), wrap);
    await say('one');
    pushes.length = 0;
    world.isLosing = true;
    await rooms.connect('bob').join(A);
    world.isLosing = false;
    await say('two');
    await rooms.settle();
    expect(pushes).toMatchObject([
      { op: 'reset', members: [{ id: 'ann' }, { id: 'bob' }], view: { said: ['one', 'two'] } },
    ]);
    pushes.length = 0;
    await say('three');
    expect(pushes).toMatchObject([{ op: 'events' }]);
  });

  it('gives way to leaving', async () => {
    const { pushes, sessions } = await joined();
    pushes.length = 0;
    await Promise.all([sessions.reset(A, 'slow reader'), sessions.leave(A)]);
    expect(pushes).toEqual([]);
  });
});
