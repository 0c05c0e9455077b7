import { afterEach, expect, test } from '@jest/globals';
import { WebSocketServer, type WebSocket } from 'ws';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Said } from '../servers/ws.js';
import { Crowd } from './crowd.js';
import { Violations } from './ledger.js';
import type { Load } from './load.js';
import { SayLoad } from './say-load.js';

/** What a server writes to one member instead of one message. `n` counts the messages of the room. */
type Fault = (frame: string, n: number, member: number) => readonly string[];

let close = (): void => undefined;
afterEach(() => close());

/** Of each room: the third has the fault, and shows as the next ones come. */
const ENOUGH = 6;

/** The chat of servers/ws.ts, with a fault. `isHeard`: each room has had enough said in it. */
const serve = async (fault: Fault): Promise<{ readonly port: number; readonly isHeard: () => boolean }> => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const rooms = new Map<string, { readonly members: WebSocket[]; said: number }>();
  server.on('connection', (socket, { headers }) => {
    const from = headers.authorization?.slice('Bearer '.length);
    socket.on('message', (data: Buffer) => {
      const said: Said = JSON.parse(data.toString());
      if (said.op === 'add') return;
      const room = rooms.get(said.room) ?? { members: [], said: 0 };
      rooms.set(said.room, room);
      if (said.op === 'join') {
        room.members.push(socket);
        return socket.send(JSON.stringify({ op: 'reply', ref: said.ref }));
      }
      room.said += 1;
      const frame = JSON.stringify({ op: 'message', text: said.text, from, at: Date.now() });
      for (const [i, member] of room.members.entries())
        for (const each of fault(frame, room.said, i)) member.send(each);
    });
  });
  await once(server, 'listening');
  close = () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  };
  const isHeard = (): boolean => [...rooms.values()].every(({ said }) => said >= ENOUGH);
  return { port: (server.address() as AddressInfo).port, isHeard };
};

const PACES: readonly Load['pace'][] = [
  { is: 'closed', inFlight: 2 },
  { is: 'open', perSecond: 500 },
];

/** @param lostAfterMs of a server that is right nothing is lost, however long a busy machine takes over it */
const violationsOf = async (pace: Load['pace'], fault: Fault, lostAfterMs = 50): Promise<Violations> => {
  const { port, isHeard } = await serve(fault);
  const rooms = [0, 1].map((number) => ({ number, members: 4, ports: [port] }));
  const crowd = await Crowd.gather({ server: 'ws', kind: 'talk', rooms, joins: true, atOnce: 4 });
  const violations = new Violations();
  const load: Load = { command: 'say', pace, textBytes: 64, warmUpMs: 0, windowMs: 0 };
  const running = new SayLoad(crowd, load, violations, lostAfterMs);
  running.count(true);
  running.begin();
  while (!isHeard()) await sleep(5);
  await running.finish();
  crowd.close();
  expect(running.deliveries).toBeGreaterThan(0);
  return violations;
};

const FAULTS: readonly (readonly [string, Fault])[] = [
  ['leaves one message out for one member', (frame, n, member) => (n === 3 && member === 1 ? [] : [frame])],
  ['tells one member twice', (frame, n, member) => (n === 3 && member === 1 ? [frame, frame] : [frame])],
  [
    'tells one member of another room',
    (frame, n, member) => [n === 3 && member === 1 ? frame.replace('<<0000', '<<0009') : frame],
  ],
  ['cuts one text off', (frame, n, member) => [n === 3 && member === 1 ? frame.replace('>>', '') : frame]],
  [
    'tells the witness of another sender',
    (frame, n, member) => [n === 3 && member === 3 ? frame.replace('"u', '"v') : frame],
  ],
  [
    'changes the text for the witness',
    (frame, n, member) => [n === 3 && member === 3 ? frame.replace('xxx', 'xyx') : frame],
  ],
];

/** Holds one message back for one member, and sends it after the next. */
const swapping = (): Fault => {
  const held: string[] = [];
  return (frame, n, member) => {
    if (member !== 1) return [frame];
    if (n !== 3) return [frame, ...held.splice(0)];
    held.push(frame);
    return [];
  };
};

test.each(PACES)('$is loop: what a server that is right delivers is right', async (pace) => {
  expect((await violationsOf(pace, (frame) => [frame], 10_000)).told).toEqual([]);
});

test.each(PACES.flatMap((pace) => FAULTS.map(([what, fault]) => [pace.is, what, pace, fault] as const)))(
  '%s loop: a server that %s is noticed',
  async (_is, _what, pace, fault) => {
    expect((await violationsOf(pace, fault)).count).toBeGreaterThan(0);
  },
);

test('a server that tells one member in another order is noticed', async () => {
  expect((await violationsOf({ is: 'open', perSecond: 500 }, swapping())).count).toBeGreaterThan(0);
});
