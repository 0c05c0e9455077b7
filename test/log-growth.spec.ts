import { afterAll, expect, it } from '@jest/globals';
import { MemoryRoomStore, roomKind, statechart, type RoomStore } from '@greenroom/rooms';
import { openLmdbStore } from '@greenroom/store-lmdb';
import { startTestRooms } from '@greenroom/testing';
import { Echo } from '../src/echo/echo.contract.js';
import { echoMachine } from '../src/echo/echo.machine.js';
import { Servers } from './kit/server.js';

const ROOM = 'echo/growing';
const HISTORY = 200;
const SNAPSHOT = 50;
/** Said at once: a member may have 64 unanswered. */
const TURN = 50;

const folders = new Servers();
afterAll(() => folders.close());

const stores: [string, () => Promise<RoomStore>][] = [
  ['memory', () => Promise.resolve(new MemoryRoomStore())],
  ['LMDB', async () => openLmdbStore({ dir: await folders.dir() })],
];

it.each(stores)(
  'a room in which thousands of things are said keeps its history and no more, in %s',
  async (_, open) => {
    const store = await open();
    const kind = roomKind(Echo, { logic: statechart(echoMachine), durability: 'commit', historyFor: 'all' });
    const rooms = await startTestRooms({
      kinds: [kind],
      store,
      limits: { historyEvents: HISTORY, snapshotEntries: SNAPSHOT },
    });
    const ann = rooms.connect('ann');
    await ann.join(ROOM);
    const sizes: number[] = [];
    for (let thousand = 0; thousand < 4; thousand += 1) {
      for (let said = 0; said < 1000; said += TURN)
        await Promise.all(Array.from({ length: TURN }, (_, n) => ann.send(ROOM, 'say', { text: `${said + n}` })));
      sizes.push((await store.read(ROOM, { limit: 100_000 })).length);
    }
    // What came since the last snapshot is on top, and a snapshot may still be under way.
    for (const size of sizes) {
      expect(size).toBeGreaterThanOrEqual(HISTORY);
      expect(size).toBeLessThanOrEqual(HISTORY + 2 * (SNAPSHOT + TURN));
    }
    expect((await ann.history(ROOM, undefined, 1000)).events.length).toBeGreaterThanOrEqual(HISTORY);
    await rooms.node.drain();
    await store.close();
  },
);
