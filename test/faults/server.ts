import 'reflect-metadata';
import { writeSync } from 'node:fs';
import {
  gatewaySettings,
  Room,
  type ClusterPorts,
  ROOMS_CLOCK,
  ROOMS_GATEWAY_SETTINGS,
  ROOMS_NODE,
} from '@greenroom/nestjs';
import { createRoomsNode, MemoryFeed, SystemClock, type RoomsLogger, type RoomStore } from '@greenroom/rooms';
import { openRedis } from '@greenroom/redis';
import { openLmdbStore } from '@greenroom/store-lmdb';
import { Failpoints } from '@greenroom/testing/faults';
import { Test } from '@nestjs/testing';
import { Alarm } from '../../src/alarm/alarm.contract.js';
import { alarmMachine } from '../../src/alarm/alarm.machine.js';
import { AlarmRoom } from '../../src/alarm/alarm.room.js';
import { AppModule } from '../../src/app.module.js';
import { Chat } from '../../src/chat/chat.contract.js';
import { chatMachine } from '../../src/chat/chat.machine.js';
import { ChatRoom } from '../../src/chat/chat.room.js';
import { Echo } from '../../src/echo/echo.contract.js';
import { echoMachine } from '../../src/echo/echo.machine.js';
import { EchoRoom } from '../../src/echo/echo.room.js';
import { GRACE_MS, REST_MS, type ServerOptions, type ServerWord } from './server-options.js';

/** How often it says what was hit: less is lost with a kill than is hit in so many milliseconds. */
const HITS_MS = 100;

const options = JSON.parse(process.env['FAULTS'] ?? '{}') as ServerOptions;
const { secret, seed, strikes, noise, snapshotEntries, historyEvents } = options;
/** At once, as the process may be dead a moment later. */
const say = (word: ServerWord): void => void writeSync(1, `${JSON.stringify(word)}\n`);

const failpoints = new Failpoints({
  seed,
  strikes,
  noise,
  restMs: [REST_MS],
  onStrike: (point, _hit, { type }) => {
    if (type !== 'kill' && type !== 'stop') return;
    say({ hits: failpoints.hits });
    say({ strike: point, action: type });
  },
});
setInterval(() => say({ hits: failpoints.hits }), HITS_MS).unref();
process.once('exit', () => say({ hits: failpoints.hits }));
// Before Nest's own listener, which begins the drain.
process.once('SIGTERM', () => failpoints.draining());

// The demo's rooms, in less of a hurry to keep what a run wants to see them let go of.
const soon = { passivateAfter: REST_MS, grace: GRACE_MS } as const;
Room(Chat, { machine: chatMachine, durability: 'fsync', historyFor: 'all', ...soon })(ChatRoom);
Room(Alarm, { machine: alarmMachine, historyFor: 'all', ...soon })(AlarmRoom);
Room(Echo, { machine: echoMachine, durability: 'memory', grace: GRACE_MS })(EchoRoom);

const told =
  (level: string): RoomsLogger['error'] =>
  (message, { cause, ...fields }) =>
    void process.stderr.write(`${level} ${message} ${JSON.stringify(fields)} ${String(cause)}\n`);
const logger: RoomsLogger = { warn: told('warn'), error: told('error') };
const clock = failpoints.clock(new SystemClock());

/** One node of several: its failpoints are between it and Redis. */
const oneOfSeveral = async (url: string): Promise<ClusterPorts> => {
  const ports = await openRedis({ url, logger });
  return { ...ports, store: failpoints.store(ports.store), feed: failpoints.feed(ports.feed) };
};
const alone = async (dir: string): Promise<RoomStore> => failpoints.store(await openLmdbStore({ dir }));

const kept =
  'dataDir' in options.store ? await alone(options.store.dataDir) : await oneOfSeveral(options.store.redisUrl);
const node = createRoomsNode({
  ...('directory' in kept
    ? kept
    : {
        store: kept,
        feed: failpoints.feed(new MemoryFeed((cause) => logger.error('a feed listener failed', { cause }))),
      }),
  clock,
  limits: { snapshotEntries, historyEvents },
  logger,
  checks: true,
});
const module = await Test.createTestingModule({
  imports: [AppModule.with({ secret, store: kept, allowedOrigins: [], rateLimit: false })],
})
  .overrideProvider(ROOMS_NODE)
  .useValue(node)
  .overrideProvider(ROOMS_CLOCK)
  .useValue(clock)
  .overrideProvider(ROOMS_GATEWAY_SETTINGS)
  .useValue(gatewaySettings({ rateLimit: false, pingEveryMs: 2000, pingTimeoutMs: 2000 }))
  .compile();
const app = module.createNestApplication({ logger: ['error'], abortOnError: false, forceCloseConnections: true });
app.enableShutdownHooks([], { useProcessExit: true });
await app.listen(0, '127.0.0.1');
process.stdout.write(`"Listening on ${await app.getUrl()}"\n`);
