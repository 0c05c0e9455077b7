import { setTimeout as sleep } from 'node:timers/promises';
import { GREENROOMS, SERVER_NAMES } from '../servers/server-name.js';
import { footprint, SETTLE_MS } from './footprint.js';
import { ONE_POINT, type Scenario, type Sized } from './scenario.js';

const AT_ONCE = 100;

const storm: Sized<{ rooms: number; members: number }> = {
  full: { rooms: 20, members: 100 },
  quick: { rooms: 10, members: 50 },
  small: { rooms: 2, members: 10 },
};
const idle: Sized<number> = { full: 10_000, quick: 1000, small: 50 };

export const CONNECTIONS: readonly Scenario[] = [
  {
    id: 'g',
    title: 'Join storm',
    about:
      '2,000 people connect, authenticate and join 20 rooms of 100, a hundred of them at any time, as after a restart.',
    servers: SERVER_NAMES.filter((name) => name !== 'limit'),
    points: ONE_POINT,
    keeps: 'memory',
    compares: 'servers',
    async measure(stage, { size }) {
      const { rooms, members } = storm[size];
      const people = rooms * members;
      const before = await stage.usage();
      const { seconds, arrivals } = await stage.gather({
        kind: 'talk',
        rooms: Array.from({ length: rooms }, (_, number) => ({ number, members })),
        joins: true,
        atOnce: AT_ONCE,
      });
      // What the others are told of it counts.
      await sleep(SETTLE_MS);
      const { cpuMicros } = await stage.usage();
      return {
        joins: people / seconds,
        cpuJoin: (cpuMicros - before.cpuMicros) / people,
        joinP99: arrivals.quantile(0.99),
      };
    },
  },
  {
    id: 'h',
    title: 'Idle connections',
    about: '10,000 connections, authenticated, in no room.',
    // With Colyseus one connects to rooms; the limit authenticates nobody.
    servers: [...GREENROOMS, 'socketio', 'nest', 'ws'],
    points: ONE_POINT,
    keeps: 'memory',
    compares: 'servers',
    measure: (stage, { size }) =>
      footprint(stage, idle[size], () =>
        stage.gather({ kind: 'talk', rooms: [{ number: 0, members: idle[size] }], joins: false, atOnce: AT_ONCE }),
      ),
  },
];
