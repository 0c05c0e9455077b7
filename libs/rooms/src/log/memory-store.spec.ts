import { describe, expect, it } from '@jest/globals';
import { roomStoreContract } from '@greenroom/testing/contracts';
import { MemoryRoomStore } from './memory-store.js';

roomStoreContract('MemoryRoomStore', () => {
  const store = new MemoryRoomStore();
  return { open: async () => store, reopen: async () => store, close: () => store.close() };
});

describe('MemoryRoomStore', () => {
  it('forgets a room whole, and never gives its epochs out again', async () => {
    const store = new MemoryRoomStore();
    const first = await store.claim('chat/cats', 'a', 1000, true);
    await store.claim('chat/dogs', 'a', 1000, true);
    store.forget('chat/cats');
    store.forget('chat/none');
    expect(await store.list('chat', 10)).toEqual(['dogs']);
    expect(await store.read('chat/cats', { limit: 10 })).toEqual([]);
    expect(await store.claim('chat/cats', 'a', 1000, false)).toBeUndefined();
    const second = await store.claim('chat/cats', 'a', 900, true);
    expect(second?.barrier.seq).toBe(1);
    expect(second?.epoch).toBeGreaterThan(first?.epoch ?? Infinity);
  });
});
