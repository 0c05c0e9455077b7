import { setTimeout as sleep } from 'node:timers/promises';
import { GREENROOMS } from '../servers/server-name.js';
import { ONE_POINT, type Scenario, type Sized } from './scenario.js';

const KIB = 1024;
const VISITORS = 50;
const AT_ONCE = 8;
/** The rooms are unloaded after a second without members; then they are saved. */
const PASSIVATED_MS = 3000;

const made: Sized<{ passivated: number; idle: number; first: number }> = {
  full: { passivated: 100_000, idle: 10_000, first: 2000 },
  quick: { passivated: 5000, idle: 2000, first: 500 },
  small: { passivated: 100, idle: 50, first: 20 },
};

export const ROOMS: readonly Scenario[] = [
  {
    id: 'i',
    title: 'Rooms that come and go',
    about:
      '100,000 durable rooms are joined, left, saved and unloaded; then 10,000 are joined and left that stay loaded.',
    servers: GREENROOMS,
    points: ONE_POINT,
    keeps: 'disk',
    compares: 'servers',
    async measure(stage, { size }) {
      const { passivated, idle, first } = made[size];
      await stage.gather({ kind: 'talk', rooms: [{ number: 0, members: VISITORS }], joins: false, atOnce: VISITORS });
      // What is compiled, cached and grown once is there before it is measured.
      await stage.visit({ kind: 'ledger', from: passivated, count: first, atOnce: AT_ONCE });
      await sleep(PASSIVATED_MS);

      const empty = await stage.usage(true);
      const started = performance.now();
      await stage.visit({ kind: 'ledger', from: 0, count: passivated, atOnce: AT_ONCE });
      const seconds = (performance.now() - started) / 1000;
      await sleep(PASSIVATED_MS);
      const unloaded = await stage.usage(true);
      await stage.visit({ kind: 'shelf', from: 0, count: idle, atOnce: AT_ONCE });
      await sleep(PASSIVATED_MS);
      const loaded = await stage.usage(true);
      return {
        roomsPerSecond: passivated / seconds,
        heapPassivated: (unloaded.heapBytes - empty.heapBytes) / passivated / KIB,
        heapIdleRoom: (loaded.heapBytes - unloaded.heapBytes) / idle / KIB,
      };
    },
  },
];
