import { describe, expect, it } from '@jest/globals';
import { startTestRooms } from '@greenroom/testing';
import { assign, emit, fromPromise, setup } from 'xstate';
import { z } from 'zod';
import { defineRoom } from '../contract/contract.js';
import { outputs } from '../contract/outputs.js';
import { roomTypes } from '../contract/room-types.js';
import { roomKind, SYSTEM, type CommittedEvent } from '../kind.js';
import { statechart } from '../room/statechart.js';
import type { LogicFactory } from '../room/logic.js';
import { lab } from './lab.fixture.js';
import { A, texts, say, entriesOf } from './two-members.fixture.js';

describe('a node', () => {
  it('a look at a room that does not exist keeps nobody from making it by joining', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const looked = rooms.node.room(A).view();
    const joined = rooms.connect('ann').join(A);
    await expect(looked).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(joined).resolves.toMatchObject({ count: 1 });
  });

  it('a join that arrives while a memory room is unloaded makes it anew', async () => {
    let onStop = () => {};
    const kind = lab({ durability: 'memory' });
    const logic: LogicFactory = {
      ...kind.logic,
      create: (...args) => {
        const made = kind.logic.create(...args);
        const stop = made.stop.bind(made);
        made.stop = (state) => {
          stop(state);
          onStop();
        };
        return made;
      },
    };
    const rooms = await startTestRooms({ kinds: [{ ...kind, logic }] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    await ann.leave(A);
    let joined: Promise<unknown> | undefined;
    onStop = () => {
      joined ??= rooms
        .connect('bob')
        .join(A)
        .catch((e: unknown) => e);
    };
    await rooms.clock.advance(61_000);
    expect(joined).toBeDefined();
    expect(await joined).toMatchObject({ count: 1 });
  });

  it('rooms that could not be started take no place from others, nor from themselves', async () => {
    const rooms = await startTestRooms({ kinds: [lab()], limits: { maxRooms: 1 } });
    const claim = rooms.store.claim.bind(rooms.store);
    rooms.store.claim = () => Promise.reject(new Error('away'));
    await expect(rooms.connect('ann').join(A)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    rooms.store.claim = claim;
    await rooms.clock.advance(120_000);
    await expect(rooms.connect('ann').join(A)).resolves.toMatchObject({ count: 1 });
  });

  it('a promise that resolves to what cannot be kept does not spin', async () => {
    const C = defineRoom({ kind: 'sp', commands: { go: z.object({}) }, events: { seen: z.object({}) } });
    let runs = 0;
    const machine = setup({
      types: roomTypes<typeof C, object>(),
      actors: { work: fromPromise(async (): Promise<unknown> => ((runs += 1) < 100 ? { f: () => 1 } : 'ok')) },
    }).createMachine({
      context: {},
      initial: 'idle',
      states: { idle: { on: { go: 'on' } }, on: { invoke: { src: 'work', onDone: 'idle' } } },
    });
    const rooms = await startTestRooms({ kinds: [roomKind(C, { logic: statechart(machine) })] });
    const ann = rooms.connect('ann');
    await ann.join('sp/a');
    await ann.send('sp/a', 'go', {});
    await rooms.clock.advance(100);
    expect(runs).toBeLessThan(5);
  });

  it('rooms asked for at the same time are loaded a few at a time, and the first serve before the others are read', async () => {
    const before = await startTestRooms({ kinds: [lab()] });
    const addresses = Array.from({ length: 12 }, (_, n) => `lab/${n}`);
    for (const address of addresses) await before.connect('ann').join(address);
    const rooms = await before.kill();
    const reading = new Map<string, () => void>();
    const read = rooms.store.read.bind(rooms.store);
    rooms.store.read = async (address, range) => {
      if (addresses.includes(address)) await new Promise<void>((go) => reading.set(address, go));
      return read(address, range);
    };
    const served: string[] = [];
    const all = addresses.map((address) =>
      rooms.node
        .room(address)
        .view()
        .then(() => void served.push(address)),
    );
    await rooms.settle();
    const atOnce = reading.size;
    expect(atOnce).toBeLessThan(6);
    expect([...reading.keys()]).toEqual(addresses.slice(0, atOnce));
    for (let n = 0; n < addresses.length; n += 1) {
      while (served.length === n) {
        reading.get(addresses[n] ?? '')?.();
        await rooms.settle();
      }
      expect(served).toEqual(addresses.slice(0, n + 1));
    }
    await Promise.all(all);
  });

  it('a machine that changes its context in place is told so, also in a room that was loaded from its log', async () => {
    const C = defineRoom({ kind: 'ip', commands: { good: z.object({}), bad: z.object({}) }, events: {} });
    const machine = setup({ types: roomTypes<typeof C, { list: number[] }>() }).createMachine({
      context: { list: [] },
      on: {
        good: { actions: assign({ list: ({ context }) => [...context.list, 1] }) },
        bad: { actions: assign(({ context }) => (context.list.push(2), {})) },
      },
    });
    const logic = statechart(machine, { freeze: true });
    const kind = roomKind(C, { logic, view: (state) => (state as { context: object }).context });
    let rooms = await startTestRooms({ kinds: [kind] });
    for (let tenure = 1; tenure <= 3; tenure += 1) {
      const ann = rooms.connect('ann');
      await ann.join('ip/a');
      await ann.send('ip/a', 'good', {});
      await expect(ann.send('ip/a', 'bad', {})).rejects.toMatchObject({ code: 'INTERNAL' });
      await ann.leave('ip/a');
      rooms = await rooms.kill();
      const room = rooms.node.room('ip/a');
      await expect(room.send('bad', {}, { as: SYSTEM })).rejects.toMatchObject({ code: 'INTERNAL' });
      expect(await room.view()).toEqual({ list: Array.from({ length: tenure }, () => 1) });
    }
  });

  it('afterCommit is called for nothing that the store has not acknowledged', async () => {
    const calls: string[] = [];
    let gate: (() => void) | undefined;
    const afterCommit = async ({ name, data }: CommittedEvent) => {
      if (name !== 'said') return;
      calls.push((data as { text: string }).text);
      if (calls.length === 1) await new Promise<void>((r) => (gate = r));
    };
    const rooms = await startTestRooms({ kinds: [lab({ afterCommit })] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    await say(ann, '1');
    await rooms.settle();
    await say(ann, '1b');
    await rooms.settle();
    const append = rooms.store.append.bind(rooms.store);
    let ack = () => {};
    rooms.store.append = async (...args) => {
      const bytes = await append(...args);
      await new Promise<void>((r) => (ack = r));
      return bytes;
    };
    const sent = say(ann, '2');
    await rooms.settle();
    gate?.();
    await rooms.settle();
    expect(calls).toEqual(['1', '1b']);
    ack();
    await sent;
  });

  it('history shows nothing that the store has not acknowledged', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    const append = rooms.store.append.bind(rooms.store);
    let ack = () => {};
    rooms.store.append = async (...args) => {
      const bytes = await append(...args);
      await new Promise<void>((r) => (ack = r));
      return bytes;
    };
    const sent = say(ann, '2');
    await rooms.settle();
    const { events } = await ann.history(A);
    ack();
    await sent;
    expect(texts(events)).toEqual([]);
  });

  it('history reads no further back than its reader may see', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    for (let n = 0; n < 1500; n += 1) await rooms.node.room(A).send('quiet', {}, { as: SYSTEM });
    const ann = rooms.connect('ann');
    await ann.join(A);
    let read = 0;
    const original = rooms.store.read.bind(rooms.store);
    rooms.store.read = async (...args) => {
      const entries = await original(...args);
      read += entries.length;
      return entries;
    };
    await ann.history(A);
    expect(read).toBeLessThan(600);
  });

  it('a named promise spawned in assign runs', async () => {
    const C = defineRoom({ kind: 'sp', commands: { go: z.object({}) }, events: { seen: z.object({}) } });
    const out = outputs(C);
    let ran = 0;
    const machine = setup({
      types: roomTypes<typeof C, { ref?: unknown }, { type: 'xstate.done.actor.kid' }>(),
      actors: { work: fromPromise(async () => ++ran) },
    }).createMachine({
      context: {},
      on: {
        go: { actions: assign({ ref: ({ spawn }): unknown => spawn('work', { id: 'kid' }) }) },
        'xstate.done.actor.kid': { actions: emit(() => out.seen({})) },
      },
    });
    const rooms = await startTestRooms({ kinds: [roomKind(C, { logic: statechart(machine) })] });
    const ann = rooms.connect('ann');
    await ann.join('sp/a');
    await ann.send('sp/a', 'go', {});
    await rooms.clock.advance(100);
    expect(ran).toBe(1);
  });

  it('a delay that is no number costs its command only', async () => {
    const rooms = await startTestRooms({ kinds: [lab()] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    await expect(ann.send(A, 'later', { ms: Number.NaN })).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('a room with nothing left to do is not woken again and again', async () => {
    const rooms = await startTestRooms({ kinds: [lab({ afterCommit: () => {} })] });
    await rooms.node.room(A).send('say', { text: 'x' }, { as: SYSTEM });
    const after = await rooms.kill();
    await after.clock.advance(30 * 60_000);
    const barriers = (await entriesOf(after)).filter(({ input }) => input.type === 'barrier').length;
    expect(barriers).toBeLessThan(4);
  });

  it('a state that cannot be saved costs no process and no room', async () => {
    const kind = lab();
    const logic: LogicFactory = {
      ...kind.logic,
      create: (...args) =>
        Object.assign(kind.logic.create(...args), {
          save: () => {
            throw new Error('cannot save');
          },
        }),
    };
    const unhandled: unknown[] = [];
    const note = (e: unknown) => void unhandled.push(e);
    process.on('unhandledRejection', note);
    const rooms = await startTestRooms({ kinds: [{ ...kind, logic }] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    await ann.leave(A);
    await rooms.clock.advance(100_000);
    let result: unknown = 'hangs';
    void rooms
      .connect('bob')
      .join(A)
      .then(
        (r) => (result = r),
        (e: unknown) => (result = e),
      );
    await rooms.clock.advance(4000);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    expect(result).toMatchObject({ count: 1 });
  });
});
