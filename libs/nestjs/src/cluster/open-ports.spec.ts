import { expect, it } from '@jest/globals';
import { MemoryRoomStore, SystemClock, systemIds } from '@greenroom/rooms';
import { memoryPorts } from './memory-ports.fixture.js';
import { openPorts } from './open-ports.js';

const parts = { clock: new SystemClock(), ids: systemIds, logger: { warn() {}, error() {} } };

it('a store alone is one node, and what several share is all of it', async () => {
  const store = new MemoryRoomStore();
  expect(await openPorts(store, parts)).toEqual({ store });
  expect(await openPorts(async () => store, parts)).toEqual({ store });
  const ports = memoryPorts();
  expect(await openPorts(ports, parts)).toBe(ports);
});

it('a factory is handed what the node has', async () => {
  const handed: unknown[] = [];
  await openPorts((given) => {
    handed.push(given);
    return new MemoryRoomStore();
  }, parts);
  expect(handed).toEqual([parts]);
});

it("several nodes on a store that is a process's own are refused in a sentence that says what to do, and let go", async () => {
  const closed: string[] = [];
  const store = new MemoryRoomStore();
  store.close = async () => void closed.push('store');
  const ports = memoryPorts({ store, close: async () => void closed.push('ports') });
  await expect(openPorts(ports, parts)).rejects.toMatchObject({
    name: 'DefinitionError',
    message: expect.stringMatching(/^Several nodes need one store, [^\n]+ Give them [^\n]+\.$/),
  });
  expect(closed).toEqual(['store', 'ports']);
});
