import { describe, expect, it } from '@jest/globals';
import { startTestRooms, type TestRooms } from '@greenroom/testing';
import { emit, fromCallback, fromPromise, setup } from 'xstate';
import { z } from 'zod';
import { defineRoom } from '../contract/contract.js';
import { outputs } from '../contract/outputs.js';
import { roomTypes } from '../contract/room-types.js';
import { roomKind, SYSTEM } from '../kind.js';
import { statechart } from '../room/statechart.js';
import { lab } from './lab.fixture.js';
import { A, say, entriesOf } from './two-members.fixture.js';

describe('a host', () => {
  it('memory room with a child machine observed by onSnapshot does not spin', async () => {
    const child = setup({}).createMachine({ initial: 'a', states: { a: { after: { 1: 'b' } }, b: {} } });
    let starts = 0;
    const C = defineRoom({ kind: 'kid', commands: { go: z.object({}) }, events: { seen: z.object({}) } });
    const out = outputs(C);
    const machine = setup({ types: roomTypes<typeof C, object>(), actors: { child } }).createMachine({
      context: {},
      initial: 'idle',
      states: {
        idle: { on: { go: 'on' } },
        on: {
          entry: () => void (starts += 1),
          invoke: { src: 'child', onSnapshot: { actions: emit(() => out.seen({})) } },
        },
      },
    });
    const rooms = await startTestRooms({ kinds: [roomKind(C, { logic: statechart(machine), durability: 'memory' })] });
    const ann = rooms.connect('ann');
    await ann.join('kid/a');
    await ann.send('kid/a', 'go', {});
    await rooms.clock.advance(100);
    await new Promise((r) => setTimeout(r, 20));
    await rooms.clock.advance(100);
    expect(rooms.logged.map((l) => [l.message, String(l.cause)])).toEqual([]);
  });

  it('rooms of a kind that is gone do not keep others from being woken', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    for (let n = 0; n < 101; n += 1) {
      const epoch = (await rooms.store.claim(`gone/${n}`, 'x', 1, true))?.epoch ?? 0;
      await rooms.store.append(`gone/${n}`, { epoch, owner: 'x' }, { entries: [], durability: 'fsync', deadline: 1 });
    }
    await rooms.node.room(A).send('later', { ms: 200_000 }, { as: SYSTEM });
    await rooms.clock.advance(300_000);
    const log = await entriesOf(rooms);
    expect(log.flatMap(({ events }) => events.map(({ name }) => name))).toContain('rang');
  });

  it('what emits no events does not pile up in the log', async () => {
    const rooms = await startTestRooms({ kinds: [lab()], limits: { historyEvents: 10, snapshotEntries: 50 } });
    const ann = rooms.connect('ann');
    await ann.join(A);
    for (let n = 0; n < 1500; n += 1) await ann.send(A, 'quiet', {});
    await rooms.settle();
    expect((await entriesOf(rooms)).length).toBeLessThan(1100);
  });

  it('an invoked actor with a systemId, which no replay would find free, is refused at start-up', async () => {
    const C = defineRoom({ kind: 'sp', commands: { go: z.object({}) }, events: { seen: z.object({}) } });
    const out = outputs(C);
    const machine = setup({
      types: roomTypes<typeof C, object>(),
      actors: { work: fromPromise(async () => 1) },
    }).createMachine({
      context: {},
      initial: 'idle',
      states: {
        idle: { on: { go: 'on' } },
        on: {
          invoke: { src: 'work', systemId: 'worker', onDone: { target: 'idle', actions: emit(() => out.seen({})) } },
        },
      },
    });
    const start = startTestRooms({ kinds: [roomKind(C, { logic: statechart(machine) })] });
    await expect(start).rejects.toThrow(/invokes work under the systemId worker/);
  });

  it('a memory room that cannot be saved starts again after a failure beside it', async () => {
    const C = defineRoom({
      kind: 'kid',
      commands: { go: z.object({}), ping: z.object({}) },
      events: { seen: z.object({}) },
    });
    const out = outputs(C);
    const machine = setup({
      types: roomTypes<typeof C, object>(),
      actors: {
        cb: fromCallback(() => {}),
        bad: fromPromise(async () => {
          throw new Error('bad');
        }),
      },
    }).createMachine({
      context: {},
      initial: 'idle',
      on: { ping: { actions: emit(() => out.seen({})) } },
      invoke: { src: 'cb' },
      states: { idle: { on: { go: 'on' } }, on: { invoke: { src: 'bad' } } },
    });
    const rooms = await startTestRooms({
      kinds: [roomKind(C, { logic: statechart(machine), durability: 'memory' })],
      limits: { snapshotEntries: 5 },
    });
    const ann = rooms.connect('ann');
    await ann.join('kid/a');
    for (let n = 0; n < 7; n += 1) await ann.send('kid/a', 'ping', {});
    await ann.send('kid/a', 'go', {});
    await rooms.clock.advance(200_000);
    await expect(rooms.connect('bob').join('kid/a')).resolves.toMatchObject({ recovered: false });
  });

  it('a command that cannot be kept costs nobody else theirs', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    const [, mine] = await Promise.allSettled([
      rooms.node.room(A).send('quiet', { f: () => 1 }, { as: SYSTEM }),
      say(ann, 'x'),
    ]);
    expect(mine.status).toBe('fulfilled');
  });

  it('rooms of which the store never answers hold up no others that are to be loaded', async () => {
    const before = await startTestRooms({ kinds: [lab()] });
    const names = Array.from({ length: 20 }, (_, n) => (n < 10 ? `lab/stuck-${n}` : `lab/${n}`));
    const open = (rooms: TestRooms, address: string) =>
      rooms.node.room(address).send('say', { text: 'x' }, { as: SYSTEM });
    for (const address of names) await open(before, address);
    const rooms = await before.kill();
    const read = rooms.store.read.bind(rooms.store);
    rooms.store.read = (address, range) =>
      address.startsWith('lab/stuck') ? new Promise(() => {}) : read(address, range);
    const asked = Promise.allSettled(names.map((address) => open(rooms, address)));
    await rooms.clock.advance(10_000);
    expect((await asked).map(({ status }) => status)).toEqual(names.map((_, n) => (n < 10 ? 'rejected' : 'fulfilled')));
  });

  it('drain ends though the store never answers', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    rooms.store.append = () => new Promise(() => {});
    say(ann, 'x').catch(() => {});
    await rooms.settle();
    let isDrained = false;
    void rooms.node.drain().then(() => (isDrained = true));
    await rooms.clock.advance(60_000);
    expect(isDrained).toBe(true);
  });
});
