import { describe, expect, it } from '@jest/globals';
import { startTestRooms, type TestRooms } from '@greenroom/testing';
import { StoreRefusedError } from '../errors.js';
import { MemoryRoomStore } from '../log/memory-store.js';
import type { RoomStore } from '../log/store.js';
import { lab } from './lab.fixture.js';
import { A, entriesOf, open, say, texts } from './two-members.fixture.js';

const WRITES = ['claim', 'append', 'saveSnapshot', 'check'] as const;
const never = () => new Promise<never>(() => {});

/** Has a store do as it is told instead of writing. @returns what mends it. */
const breakWrites = (store: RoomStore, instead: () => Promise<never>): (() => void) => {
  const own = WRITES.map((verb) => [verb, store[verb]] as const);
  for (const verb of WRITES) store[verb] = instead;
  return () => void Object.assign(store, Object.fromEntries(own));
};
const full = () => Promise.reject(new StoreRefusedError('full'));
const saidIn = async (rooms: TestRooms): Promise<string[]> =>
  texts((await entriesOf(rooms)).flatMap(({ events }) => events));

describe('a store that cannot be read', () => {
  it('costs history and resuming UNAVAILABLE, and nobody their place', async () => {
    const { rooms, ann } = await open();
    const bob = rooms.connect('bob');
    const { session, position } = await bob.join(A);
    await say(ann, 'before');
    const read = rooms.store.read.bind(rooms.store);
    rooms.store.read = () => Promise.reject(new Error('gone'));
    const unavailable = { code: 'UNAVAILABLE', retryable: true };
    await expect(ann.history(A)).rejects.toMatchObject(unavailable);
    bob.drop();
    const again = { session, since: position };
    await expect(rooms.connect('bob').join(A, again)).rejects.toMatchObject(unavailable);
    rooms.store.read = read;
    const reply = await rooms.connect('bob').join(A, again);
    expect(reply.recovered && texts(reply.events)).toEqual(['before']);
  });

  it('is said to be so once, however often it is asked for deadlines, and once more when it has been read since', async () => {
    const { rooms } = await open();
    const due = rooms.store.due.bind(rooms.store);
    const said = (): number => rooms.logged.filter(({ message }) => message === 'deadlines could not be read').length;
    for (const outages of [1, 2]) {
      rooms.store.due = () => Promise.reject(new Error('gone'));
      await rooms.clock.advance(60_000);
      expect(said()).toBe(outages);
      rooms.store.due = due;
      await rooms.clock.advance(2000);
    }
  });
});

describe('a store that refuses all writes', () => {
  it('costs commands UNAVAILABLE, is told of by its node, and costs nothing any more as soon as it writes again', async () => {
    const { rooms, ann, bob } = await open();
    await say(ann, 'before');
    const mend = breakWrites(rooms.store, full);
    // However long it takes: rooms that were tried again and again do not go on waiting.
    for (let minute = 0; minute < 20; minute += 1) {
      await expect(say(ann, 'lost', `c:${minute}`)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
      expect(rooms.node.isWell).toBe(false);
      await rooms.clock.advance(60_000);
    }
    mend();
    await rooms.clock.advance(1000);
    expect(rooms.node.isWell).toBe(true);
    await say(ann, 'after', 'c:1');
    for (const each of [ann, bob]) expect(texts(each.events())).toEqual(['before', 'after']);
    const told = rooms.logged.map(({ message }) => message).filter((message) => message.startsWith('the store'));
    expect(told).toEqual(['the store takes no writes', 'the store takes writes again']);
  });

  it('leaves history readable, also of a room that cannot be loaded, and all of a room in which nobody writes', async () => {
    const { rooms, ann } = await open();
    const cat = rooms.connect('cat');
    await cat.join('lab/quiet');
    await say(ann, 'before');
    breakWrites(rooms.store, full);
    await expect(say(ann, 'lost')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(texts((await ann.history(A)).events)).toEqual(['before']);
    await expect(rooms.node.room('lab/quiet').view()).resolves.toEqual({ said: [] });
    await expect(cat.members('lab/quiet')).resolves.toMatchObject({ members: [{ id: 'cat' }] });
  });

  it('is not taken for unwell because of one room, nor because a room has another owner', async () => {
    const { rooms, ann } = await open();
    rooms.store.append = full;
    await expect(say(ann, 'x')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await rooms.clock.advance(100);
    expect(rooms.node.isWell).toBe(true);
    expect(rooms.logged.map(({ message }) => message)).not.toContain('the store takes no writes');
  });
});

describe('a store that does not answer', () => {
  it('is given up after a time: its room refuses at once instead of keeping everybody waiting', async () => {
    const { rooms, ann, bob } = await open();
    const mend = breakWrites(rooms.store, never);
    const first = expect(say(ann, 'hangs')).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
    await rooms.clock.advance(9000);
    await first;
    const waits = expect(say(bob, 'waits')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await rooms.clock.advance(1000);
    await waits;
    expect(rooms.node.isWell).toBe(false);
    await expect(say(bob, 'refused')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await rooms.clock.advance(120_000);
    await expect(say(bob, 'refused')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    mend();
    await rooms.clock.advance(11_000);
    expect(rooms.node.isWell).toBe(true);
    await say(ann, 'after');
    for (const each of [ann, bob]) expect(texts(each.events())).toEqual(['after']);
  });

  it('and writes at last what was given up, has it in the log once, and its sender is told so', async () => {
    const { rooms, ann, bob } = await open();
    const append = rooms.store.append.bind(rooms.store);
    let write = () => {};
    rooms.store.append = async (...args) => {
      rooms.store.append = append;
      await new Promise<void>((resolve) => (write = resolve));
      return append(...args);
    };
    const lost = expect(say(ann, 'late', 'c:1')).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
    await rooms.clock.advance(9999);
    await lost;
    write();
    await rooms.clock.advance(100);
    await expect(say(ann, 'late', 'c:1')).resolves.toMatchObject({ duplicate: true });
    expect(await saidIn(rooms)).toEqual(['late']);
    for (const each of [ann, bob]) expect(texts(each.events())).toEqual(['late']);
  });

  it('and writes what was given up after the room was taken over, is fenced off', async () => {
    const { rooms, ann, bob } = await open();
    const append = rooms.store.append.bind(rooms.store);
    let written: Promise<unknown> | undefined;
    let write = () => {};
    rooms.store.append = (...args) => {
      rooms.store.append = append;
      written = new Promise<void>((resolve) => (write = resolve)).then(() => append(...args));
      return written as Promise<number>;
    };
    const lost = expect(say(ann, 'late', 'c:1')).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME' });
    await rooms.clock.advance(10_100);
    await lost;
    await say(ann, 'late', 'c:1');
    write();
    await expect(written).rejects.toMatchObject({ name: 'FencedError' });
    await say(bob, 'next');
    expect(await saidIn(rooms)).toEqual(['late', 'next']);
    for (const each of [ann, bob]) expect(texts(each.events())).toEqual(['late', 'next']);
  });

  it('does not stop the clock of rooms that sleep', async () => {
    const store = new MemoryRoomStore();
    const rooms = await startTestRooms({ kinds: [lab({ historyFor: 'all' })], store });
    const ann = rooms.connect('ann');
    await ann.join(A);
    await ann.send(A, 'later', { ms: 300_000 });
    await ann.leave(A);
    await rooms.clock.advance(100_000);
    const due = store.due.bind(store);
    store.due = never;
    await rooms.clock.advance(30_000);
    store.due = due;
    await rooms.clock.advance(300_000);
    expect((await entriesOf(rooms)).flatMap(({ events }) => events.map(({ name }) => name))).toContain('rang');
  });
});
