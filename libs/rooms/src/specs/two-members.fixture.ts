import { expect } from '@jest/globals';
import { startTestRooms, type TestConnection, type TestRooms } from '@greenroom/testing';
import { lab } from './lab.fixture.js';

export const A = 'lab/a';
export const texts = (events: readonly { name: string; data: unknown }[]) =>
  events.filter(({ name }) => name === 'said').map(({ data }) => (data as { text: string }).text);
export const say = (who: TestConnection, text: string, commandId?: string) => who.send(A, 'say', { text }, commandId);
export const ids = async (rooms: TestRooms) => (await rooms.node.room(A).members()).members.map(({ id }) => id);
/** Holds every append until what it returns is called; what was held is written only then. */
export const holdAppends = (rooms: TestRooms) => {
  const append = rooms.store.append.bind(rooms.store);
  const held: (() => void)[] = [];
  let isHolding = true;
  rooms.store.append = async (...args) => {
    if (isHolding) await new Promise<void>((resolve) => held.push(resolve));
    return append(...args);
  };
  return () => {
    isHolding = false;
    for (const go of held.splice(0)) go();
  };
};
/** A room with two members, after everybody has heard of both. */
export const open = async (kind = lab(), limits = {}) => {
  const rooms = await startTestRooms({ kinds: [kind], limits });
  const [ann, bob] = [rooms.connect('ann'), rooms.connect('bob')];
  await ann.join(A);
  await bob.join(A);
  await rooms.clock.advance(1000);
  return { rooms, ann, bob };
};

/** Bob's resume takes too long for its first try, and is tried again on the same connection before it is written. */
export const resumeTwice = async () => {
  const rooms = await startTestRooms({ kinds: [lab()] });
  const ann = rooms.connect('ann');
  await ann.join(A);
  const old = rooms.connect('bob');
  const { session, position } = await old.join(A);
  old.drop();
  await rooms.settle();
  const release = holdAppends(rooms);
  const bob = rooms.connect('bob');
  const first = bob.join(A, { session, since: position }).catch((e: unknown) => e);
  await rooms.clock.advance(5001);
  expect(await first).toMatchObject({ code: 'UNKNOWN_OUTCOME' });
  const second = bob.join(A, { session, since: position });
  await rooms.settle();
  release();
  return { rooms, bob, joined: await second };
};

/** Everything in a room's log. */
export const entriesOf = (rooms: TestRooms, address = A) => rooms.store.read(address, { limit: 100_000 });
