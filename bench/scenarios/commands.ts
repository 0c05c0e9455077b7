import { GREENROOMS } from '../servers/server-name.js';
import { ONE_POINT, type Scenario, type Sized } from './scenario.js';

const AT_ONCE = 50;
const DURABLE_TEXT_BYTES = 200;

const askers: Sized<{ rooms: number; members: number }> = {
  full: { rooms: 20, members: 5 },
  quick: { rooms: 20, members: 5 },
  small: { rooms: 3, members: 3 },
};
/** A little more than is asked for: when all of it is taken, it was at least that. */
const durable: Sized<{ rooms: number; members: number; perSecond: number }> = {
  full: { rooms: 100, members: 10, perSecond: 20_400 },
  quick: { rooms: 100, members: 10, perSecond: 20_400 },
  small: { rooms: 5, members: 4, perSecond: 200 },
};

const roomsOf = (rooms: number, members: number) => Array.from({ length: rooms }, (_, number) => ({ number, members }));

export const COMMANDS: readonly Scenario[] = [
  {
    id: 'e',
    title: 'Acknowledged commands, in memory',
    about:
      '20 rooms of 5; each member asks for a sum, and for the next one as soon as it is answered. Nobody else hears of it.',
    servers: [...GREENROOMS, 'socketio', 'nest', 'ws', 'colyseus'],
    points: ONE_POINT,
    keeps: 'memory',
    compares: 'servers',
    async measure(stage, { size, warmUpMs, windowMs }) {
      const { rooms, members } = askers[size];
      await stage.gather({ kind: 'talk', rooms: roomsOf(rooms, members), joins: true, atOnce: AT_ONCE });
      const pace = { is: 'closed', inFlight: members } as const;
      const measured = await stage.load({ command: 'add', pace, textBytes: 0, warmUpMs, windowMs });
      const { commands, seconds, cpuMicros, answers, serverBusy, clientBusy } = measured;
      return {
        perCore: commands / (cpuMicros / 1e6),
        cpuCommand: cpuMicros / commands,
        acked: commands / seconds,
        ackP50: answers.quantile(0.5),
        ackP99: answers.quantile(0.99),
        serverBusy: serverBusy * 100,
        clientBusy: clientBusy * 100,
      };
    },
  },
  {
    id: 'f',
    title: 'Durable commands',
    about:
      '100 rooms of 10 on LMDB, synced to disk; 20,400 commands a second of 200 bytes, come what may, each acknowledged once it is on disk and told to all members.',
    servers: GREENROOMS,
    points: ONE_POINT,
    keeps: 'disk',
    compares: 'servers',
    async measure(stage, { size, warmUpMs, windowMs }) {
      const { rooms, members, perSecond } = durable[size];
      await stage.gather({ kind: 'ledger', rooms: roomsOf(rooms, members), joins: true, atOnce: AT_ONCE });
      const pace = { is: 'open', perSecond } as const;
      const measured = await stage.load({ command: 'say', pace, textBytes: DURABLE_TEXT_BYTES, warmUpMs, windowMs });
      const { commands, deliveries, frames, seconds, cpuMicros, answers, latency, serverBusy, clientBusy } = measured;
      return {
        acked: commands / seconds,
        ackP50: answers.quantile(0.5),
        ackP99: answers.quantile(0.99),
        toldP50: latency.quantile(0.5),
        toldP99: latency.quantile(0.99),
        cpu: cpuMicros / deliveries,
        perFrame: deliveries / frames,
        cpuCommand: cpuMicros / commands,
        serverBusy: serverBusy * 100,
        clientBusy: clientBusy * 100,
      };
    },
  },
];
