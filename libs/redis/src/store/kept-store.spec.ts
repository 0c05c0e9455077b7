import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryRoomStore } from '@greenroom/rooms';
import { roomStoreContract } from '@greenroom/testing/contracts';
import { Heads } from '../feed/heads.js';
import { turnsOf, type Span } from '../feed/message.js';
import { TestRedis } from '../redis.fixture.js';
import { KeptStore } from './kept-store.js';
import { Turns } from './turns.fixture.js';

const redis = new TestRedis();
afterEach(() => redis.disconnect());
const A = 'lab/a';

async function open(kept = new MemoryRoomStore()) {
  const { redis: connection, keys } = await redis.end(redis.app());
  const seen = { claimed: [] as Span[], fenced: [] as string[], released: 0 };
  const store = new KeptStore(kept, new Heads(connection, keys), {
    onClaimed: (_, span) => void seen.claimed.push(span),
    onFenced: (address) => void seen.fenced.push(address),
    release: async () => void (seen.released += 1),
  });
  return { kept, store, seen };
}

roomStoreContract('KeptStore', () => {
  const kept = new MemoryRoomStore();
  const opened = async (): Promise<KeptStore> => (await open(kept)).store;
  return { open: opened, reopen: opened, close: () => kept.close() };
});

describe('KeptStore', () => {
  it('keeps with a turn all that was told of it, also once it is redacted, and shows it to no reader', async () => {
    const { store } = await open();
    const turns = await Turns.claim(store, A);
    const [one, two] = [await turns.commit(), await turns.commit()];
    const [batch, three] = turns.next();
    await turns.append({ ...batch, redact: [one.to] });
    const blank = { ...one, events: one.events.map((event) => ({ ...event, data: null, redacted: true })) };
    expect(turnsOf(await store.rows(A, { limit: 9 }))).toEqual([blank, two, three]);
    for (const entry of await store.read(A, { limit: 9 })) expect(entry).not.toHaveProperty('told');
  });

  it('tells of a claim that was made, and of a fence that was met', async () => {
    const { store, seen } = await open();
    expect(await store.claim(A, 'a', 1000, false)).toBeUndefined();
    const turns = await Turns.claim(store, A);
    await store.claim(A, 'b', 1000, false);
    await expect(turns.commit()).rejects.toMatchObject({ name: 'FencedError' });
    await expect(turns.save()).rejects.toMatchObject({ name: 'FencedError' });
    expect(seen.claimed.map(({ after, to }) => [after, to])).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(seen.fenced).toEqual([A, A]);
  });

  it('lets go of Redis once, after the store has finished what is under way', async () => {
    const { kept, store, seen } = await open();
    const close = kept.close.bind(kept);
    kept.close = async () => {
      expect(seen.released).toBe(0);
      await close();
    };
    await Promise.all([store.close(), store.close()]);
    expect(seen.released).toBe(1);
  });
});
