import { describe, expect, it } from '@jest/globals';
import { startTestRooms, type TestConnection, type TestRooms } from '@greenroom/testing';
import { assign, emit, fromCallback, setup } from 'xstate';
import { z } from 'zod';
import { defineRoom } from '../contract/contract.js';
import { outputs } from '../contract/outputs.js';
import { roomTypes } from '../contract/room-types.js';
import { FencedError, StoreRefusedError } from '../errors.js';
import { roomKind, type CommittedEvent } from '../kind.js';
import type { Entry } from '../log/entry.js';
import { statechart } from '../room/statechart.js';
import { lab } from './lab.fixture.js';

const A = 'lab/a';
const texts = (events: readonly { name: string; data: unknown }[]) =>
  events.filter(({ name }) => name === 'said').map(({ data }) => (data as { text: string }).text);
const say = (who: TestConnection, text: string, commandId?: string) => who.send(A, 'say', { text }, commandId);
const logOf = (rooms: TestRooms): Promise<readonly Entry[]> => rooms.store.read(A, { limit: 10_000 });
const untilIdle = (rooms: TestRooms) => rooms.clock.advance(200_000);

describe('a durable room', () => {
  it('is after a kill what it was: every acked command once, in its place, in order', async () => {
    let rooms = await startTestRooms({ kinds: [lab()], limits: { snapshotEntries: 7 } });
    const acked: { seq: number; text: string }[] = [];
    for (let life = 0; life < 5; life += 1) {
      const ann = rooms.connect('ann');
      await ann.join(A);
      for (let n = 0; n < 10; n += 1) {
        const text = `${life}.${n}`;
        acked.push({ text, seq: (await say(ann, text)).position.seq });
      }
      rooms = await rooms.kill();
    }
    const ann = rooms.connect('ann');
    const { view } = (await ann.join(A)) as { view: { said: string[] } };
    expect(view.said).toEqual(acked.map(({ text }) => text));
    const { events } = await ann.history(A, undefined, 1000);
    const said = events.filter(({ name }) => name === 'said');
    expect(said.map(({ seq, data }) => ({ seq, text: (data as { text: string }).text }))).toEqual(acked);
  });

  it('keeps a log without a hole across epochs, whose replay emits what was recorded', async () => {
    let rooms = await startTestRooms({ kinds: [lab()] });
    for (let life = 0; life < 3; life += 1) {
      const ann = rooms.connect('ann');
      await ann.join(A);
      await say(ann, 'x');
      await ann.send(A, 'whisper', { to: 'ann', text: 'y' });
      rooms = await rooms.kill();
    }
    const log = await logOf(rooms);
    let next = 1;
    for (const { seq, last } of log) {
      expect(seq).toBe(next);
      next = last + 1;
    }
    const epochs = log.map(({ epoch }) => epoch);
    expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
    await expect(rooms.connect('bob').join(A)).resolves.toBeDefined();
    expect(rooms.logged).toEqual([]);
  });

  const edited = (version?: number) => {
    const Other = defineRoom({
      kind: 'lab',
      commands: { say: z.object({ text: z.string() }) },
      events: {
        said: z.object({ id: z.string(), text: z.string(), by: z.string() }),
        joined: z.object({ id: z.string() }),
      },
    });
    const out = outputs(Other);
    const machine = setup({ types: roomTypes<typeof Other, { said: string[] }>() }).createMachine({
      context: { said: [] },
      on: {
        'room.join': { actions: emit(({ event }) => out.joined({ id: event.by.id })) },
        say: {
          actions: [
            assign({ said: ({ context, event }) => [...context.said, event.data.text] }),
            emit(({ event }) => out.said({ id: event.id, text: event.data.text.toUpperCase(), by: event.by.id })),
          ],
        },
      },
    });
    return roomKind(Other, { logic: statechart(machine), ...(version !== undefined && { version }) });
  };

  it('refuses an edited machine without a new version as DIVERGED, and leaves its data untouched', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    await say(ann, 'x');
    const before = await logOf(rooms);
    const changed = await rooms.kill({ kinds: [edited()] });
    for (const id of ['bob', 'cat'])
      await expect(changed.connect(id).join(A)).rejects.toMatchObject({ code: 'DIVERGED', retryable: false });
    const after = await logOf(changed);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.slice(before.length).map(({ input }) => input.type)).toEqual(['barrier']);
    const restored = await changed.kill({ kinds: [lab()] });
    await expect(restored.connect('ann').join(A)).resolves.toMatchObject({ view: { said: ['x'] } });
  });

  it('runs an edited machine with a new version, and serves the old events as they were', async () => {
    const rooms = await startTestRooms({ kinds: [lab({ historyFor: 'all' })] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    await say(ann, 'x');
    const changed = await rooms.kill({ kinds: [{ ...edited(2) }] });
    const annToo = changed.connect('ann');
    await annToo.join(A);
    await say(annToo, 'y');
    const again = await changed.kill({ kinds: [edited(2)] });
    const third = again.connect('ann');
    await third.join(A);
    expect(texts((await third.history(A)).events)).toEqual(['x', 'Y']);
  });

  it('fires a deadline once after a restart, at its time or at once when overdue, with nobody there', async () => {
    const rooms = await startTestRooms({ kinds: [lab({ historyFor: 'all' })] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    const set = rooms.clock.now();
    await ann.send(A, 'later', { ms: 3_600_000 });
    await ann.leave(A);
    await untilIdle(rooms);
    expect(rooms.node.active).toBe(0);
    const after = await rooms.kill();
    await after.clock.advance(3_600_000);
    const bob = after.connect('bob');
    await bob.join(A);
    const rang = (await bob.history(A)).events.filter(({ name }) => name === 'rang');
    expect(rang).toHaveLength(1);
    const [{ at }] = rang.map(({ data }) => data as { at: number }) as [{ at: number }];
    expect(at - set).toBeGreaterThanOrEqual(3_600_000);
    expect(at - set).toBeLessThan(3_602_000);
  });

  it('runs a promise again whose result was not committed, and once when it was', async () => {
    const acted: string[] = [];
    const rooms = await startTestRooms({ kinds: [lab({}, acted)] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    await ann.send(A, 'look', { fails: false });
    await rooms.settle();
    expect(ann.events('seen')).toMatchObject([{ data: { what: 'bird' } }]);
    const after = await rooms.kill();
    await after.connect('ann').join(A);
    await after.settle();
    expect(acted).toEqual(['looked']);
  });

  it('goes on from its last commit, with a pause that grows, when nothing handles a failed promise', async () => {
    const acted: string[] = [];
    const rooms = await startTestRooms({ kinds: [lab({}, acted)] });
    const ann = rooms.connect('ann');
    const { position } = await ann.join(A);
    await ann.send(A, 'look', { fails: true });
    await rooms.clock.advance(500);
    expect(acted).toHaveLength(1);
    const waiting = say(ann, 'x');
    await rooms.clock.advance(600);
    await expect(waiting).resolves.toBeDefined();
    await rooms.clock.advance(10_000);
    expect(acted.length).toBeGreaterThan(2);
    expect(acted.length).toBeLessThan(8);
    let at = position.seq;
    for (const { from, to } of ann.received('events')) {
      expect(from).toBeLessThanOrEqual(at);
      at = Math.max(at, to);
    }
    expect(texts(ann.events())).toEqual(['x']);
    expect(rooms.logged.some(({ message }) => message.includes('failed at outside'))).toBe(true);
  });

  it('is unloaded when nobody is there, and loses nothing', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    await say(ann, 'x');
    await rooms.clock.advance(200_000);
    expect(rooms.node.active).toBe(1);
    await ann.leave(A);
    await untilIdle(rooms);
    expect(rooms.node.active).toBe(0);
    await expect(rooms.connect('bob').join(A)).resolves.toMatchObject({ view: { said: ['x'] } });
  });

  it('blanks what is redacted in log, history and resume, also after a restart', async () => {
    const rooms = await startTestRooms({ kinds: [lab({ historyFor: 'all' })] });
    const ann = rooms.connect('ann');
    const { position } = await ann.join(A);
    await say(ann, 'before');
    await say(ann, 'secret');
    const [, { id }] = ann.events('said').map(({ data }) => data) as [unknown, { id: string }];
    await ann.send(A, 'redact', { id });
    const after = await rooms.kill();
    const bob = after.connect('bob');
    const joined = await bob.join(A, { since: position });
    expect(joined).toMatchObject({ recovered: true });
    const { events } = await bob.history(A);
    expect(events.filter(({ name }) => name === 'said')).toMatchObject([
      { data: { text: 'before' } },
      { data: null, redacted: true },
    ]);
    expect(JSON.stringify([joined, events, await logOf(after)])).not.toContain('secret');
  });

  it('trims its log below a snapshot and outside of history, and says so to those who resume from before', async () => {
    const rooms = await startTestRooms({
      kinds: [lab({ historyFor: 'all' })],
      limits: { snapshotEntries: 20, historyEvents: 30 },
    });
    const ann = rooms.connect('ann');
    const { position, session } = await ann.join(A);
    for (let n = 0; n < 200; n += 1) await say(ann, String(n));
    await rooms.settle();
    expect((await logOf(rooms)).length).toBeLessThan(80);
    expect((await ann.history(A, undefined, 1000)).events.length).toBeGreaterThanOrEqual(30);
    const again = await rooms.connect('ann').join(A, { session, since: position });
    expect(again.recovered).toBe(false);
    const after = await rooms.kill();
    const { view } = (await after.connect('bob').join(A)) as { view: { said: string[] } };
    expect(view.said).toHaveLength(200);
  });

  it('is loaded from no more than a snapshot and what comes before the next, however soon its owners follow each other', async () => {
    const snapshotEntries = 20;
    let rooms = await startTestRooms({ kinds: [lab()], limits: { snapshotEntries } });
    const replayed: number[] = [];
    for (let tenure = 0; tenure < 12; tenure += 1) {
      const ann = rooms.connect('ann');
      await ann.join(A);
      for (let n = 0; n < 5; n += 1) await say(ann, `${tenure} ${n}`);
      await rooms.settle();
      const read = rooms.store.read.bind(rooms.store);
      let entries = 0;
      rooms = await rooms.kill();
      rooms.store.read = async (...args) => {
        const page = await read(...args);
        entries += page.length;
        return page;
      };
      await rooms.node.room(A).view();
      rooms.store.read = read;
      replayed.push(entries);
    }
    // One turn more than that may be written before a snapshot is.
    expect(Math.max(...replayed)).toBeLessThan(snapshotEntries + 10);
    const { view } = (await rooms.connect('bob').join(A)) as { view: { said: string[] } };
    expect(view.said).toHaveLength(60);
  });
});

describe('a commit that fails', () => {
  const failing = async (error: Error, isWritten: boolean) => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const [ann, bob] = [rooms.connect('ann'), rooms.connect('bob')];
    const { position } = await ann.join(A);
    await bob.join(A);
    await rooms.clock.advance(1000);
    const append = rooms.store.append.bind(rooms.store);
    rooms.store.append = async (...args) => {
      rooms.store.append = append;
      if (isWritten) await append(...args);
      throw error;
    };
    return { rooms, ann, bob, position };
  };

  it('and surely wrote nothing leaves no trace, and can be tried again', async () => {
    const { ann, bob } = await failing(new StoreRefusedError('full'), false);
    const shown = bob.pushes.length;
    await expect(say(ann, 'x', 'c:1')).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(bob.pushes.length).toBe(shown);
    await expect(say(ann, 'x', 'c:1')).resolves.not.toHaveProperty('duplicate');
    expect(texts(bob.events())).toEqual(['x']);
  });

  it('as another has claimed the room leaves no trace, and is tried again by itself', async () => {
    const { rooms, ann, bob } = await failing(new FencedError(A), false);
    const sent = say(ann, 'x', 'c:1');
    await rooms.clock.advance(50);
    await expect(sent).resolves.not.toHaveProperty('duplicate');
    expect(texts(bob.events())).toEqual(['x']);
  });

  it.each([true, false])(
    'and may have written is settled from the log (written: %s), and everyone sees the same',
    async (isWritten) => {
      const { rooms, ann, bob, position } = await failing(new Error('connection lost'), isWritten);
      const sent = say(ann, 'x', 'c:1');
      if (isWritten) await expect(sent).resolves.toMatchObject({ position: { seq: expect.any(Number) } });
      else await expect(sent).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await say(ann, 'y');
      await rooms.settle();
      const expected = isWritten ? ['x', 'y'] : ['y'];
      for (const each of [ann, bob]) expect(texts(each.events())).toEqual(expected);
      let at = position.seq;
      for (const { from, to } of ann.received('events')) {
        expect(from).toBeLessThanOrEqual(at);
        at = Math.max(at, to);
      }
      expect(await ann.members(A)).toMatchObject({ members: [{ id: 'ann' }, { id: 'bob' }] });
    },
  );

  it('has an unknown outcome when the log cannot be read either', async () => {
    const { rooms, ann } = await failing(new Error('connection lost'), true);
    rooms.store.claim = () => Promise.reject(new Error('gone'));
    await expect(say(ann, 'x')).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME', retryable: true });
    await expect(say(ann, 'x')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('has an unknown outcome when the store does not answer by the deadline', async () => {
    const { rooms, ann } = await failing(new Error('never'), false);
    rooms.store.append = () => new Promise(() => {});
    const sent = expect(say(ann, 'x')).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
    await rooms.clock.advance(5001);
    await sent;
  });
});

describe('effects after the commit', () => {
  it('are called for every event in order, again when they fail, and again after a crash in between', async () => {
    const calls: string[] = [];
    let fails = 1;
    const afterCommit = ({ name, data, position }: CommittedEvent): void => {
      if (name !== 'said') return;
      if (fails-- > 0) throw new Error('mail server is away');
      calls.push(`${(data as { text: string }).text}@${position.seq}`);
    };
    const rooms = await startTestRooms({ kinds: [lab({ afterCommit })] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    const { seq } = (await say(ann, '1')).position;
    await say(ann, '2');
    await rooms.clock.advance(5000);
    expect(calls).toEqual([`1@${seq}`, `2@${seq + 1}`]);
    fails = Number.MAX_SAFE_INTEGER;
    await say(ann, '3');
    await rooms.settle();
    fails = 0;
    const after = await rooms.kill();
    await after.clock.advance(120_000);
    expect(calls.filter((call) => call.startsWith('3'))).toEqual([`3@${seq + 2}`]);
  });
});

describe('a room in memory', () => {
  it('is made anew after nobody was there, under a greater epoch', async () => {
    const rooms = await startTestRooms({ kinds: [lab({ durability: 'memory' })] });
    const ann = rooms.connect('ann');
    const first = await ann.join(A);
    await say(ann, 'x');
    await ann.leave(A);
    await untilIdle(rooms);
    const again = await rooms.connect('ann').join(A, { session: first.session, since: first.position });
    expect(again).toMatchObject({ recovered: false, view: { said: [] } });
    expect(again.position.epoch).toBeGreaterThan(first.position.epoch);
    expect(await logOf(rooms)).toEqual([]);
  });

  it('may run what a durable one may not', async () => {
    const machine = setup({ actors: { tick: fromCallback(() => {}) } }).createMachine({ invoke: { src: 'tick' } });
    const Tick = defineRoom({ kind: 'tick', commands: {}, events: {} });
    const start = (durability: 'memory' | 'commit') =>
      startTestRooms({ kinds: [roomKind(Tick, { logic: statechart(machine), durability })] });
    await expect(start('memory').then((rooms) => rooms.connect('ann').join('tick/a'))).resolves.toBeDefined();
    await expect(start('commit')).rejects.toThrow(
      /tick cannot be commit: state .* invokes tick, which is not a promise/,
    );
  });
});

describe('making rooms', () => {
  it('is left to the server where the kind says so; a missing room looks like a forbidden one', async () => {
    const rooms = await startTestRooms({ kinds: [lab({ create: 'by-server' })] });
    const ann = rooms.connect('ann');
    await expect(ann.join(A)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await logOf(rooms)).toEqual([]);
    await rooms.node.create(A, { topic: 'cats' });
    await expect(rooms.node.create(A, { topic: 'cats' })).rejects.toMatchObject({ code: 'REJECTED' });
    await expect(ann.join(A)).resolves.toMatchObject({ count: 1 });
    expect(await rooms.node.list('lab', 10)).toEqual({ rooms: [{ id: 'a', members: 1 }] });
  });

  it('answers UNKNOWN_KIND for a kind that is not there', async () => {
    const rooms = await startTestRooms({ kinds: [] });
    await expect(rooms.connect('ann').join(A)).rejects.toMatchObject({ code: 'UNKNOWN_KIND' });
  });
});

describe('draining', () => {
  it('finishes what waits, saves every room, and refuses what comes after', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    const sent = say(ann, 'x');
    const draining = rooms.node.drain();
    await rooms.clock.advance(100);
    await draining;
    await expect(sent).resolves.toBeDefined();
    await expect(say(ann, 'y')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const log = await logOf(rooms);
    const after = await rooms.kill();
    await after.connect('bob').join(A);
    expect(
      texts(
        (
          await after
            .connect('ann')
            .join(A)
            .then(() => after.node.room(A).history({}))
        ).events,
      ),
    ).toEqual(['x']);
    expect((await logOf(after)).slice(0, log.length)).toEqual(log);
  });
});
