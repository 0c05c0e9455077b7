import { afterEach, describe, expect, it } from '@jest/globals';
import { Frame } from '@greenroom/rooms';
import { WebSocketGateway } from '@nestjs/websockets';
import fc from 'fast-check';
import { GatewayApp, type IoClient } from '../gateway/app.fixture.js';
import { RoomsGateway } from '../gateway/rooms.gateway.js';

let app: GatewayApp | undefined;
afterEach(async () => {
  await app?.stop();
  app = undefined;
});

/** What writes to a socket besides us: the app's own events, with or without bytes, and acks. */
type Writer = 'push' | 'push with bytes' | 'app' | 'app with bytes' | 'ping';
interface Step {
  readonly writer: Writer;
  readonly length: number;
  /** The event loop goes round before the next. */
  readonly pause: boolean;
}
const steps = fc.array(
  fc.record({
    writer: fc.constantFrom<Writer>('push', 'push', 'push with bytes', 'app', 'app with bytes', 'ping'),
    length: fc.constantFrom(0, 10, 200, 70_000),
    pause: fc.boolean(),
  }),
  { minLength: 20, maxLength: 60 },
);

/** Has all of them written to one socket, each with its number. @returns the numbers in the order they came */
const numbersOf = async (started: GatewayApp, ann: IoClient, all: readonly Step[]): Promise<number[]> => {
  const [connection] = started.connections.ofUser('ann');
  const [socket] = [...(started.gateway?.server?.sockets.values() ?? [])];
  const before = ann.pushes.all.length;
  for (const [n, { writer, length, pause }] of all.entries()) {
    const data = { n, text: 'x'.repeat(length), ...(writer.endsWith('bytes') && { bytes: Buffer.from([n]) }) };
    if (writer.startsWith('push'))
      connection?.push(new Frame({ op: 'signal', room: 'chat/cats', name: 'typing', data, by: { id: 'ben' } }));
    else if (writer === 'ping') socket?.conn.write('2/rooms,["ponged",{"data":' + JSON.stringify(data) + '}]');
    else socket?.emit('app', { data });
    if (pause) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await ann.ask('ping')).toMatchObject({ ok: true });
  return ann.pushes.all.slice(before).map((push) => (push as unknown as { data: { n: number } }).data.n);
};

@WebSocketGateway({ namespace: '/rooms', perMessageDeflate: { threshold: 0 } })
class CompressingGateway extends RoomsGateway {}

describe('what is written below engine.io comes in the order it was written, whoever else writes', () => {
  it.each(['websocket', 'polling', 'upgraded while it is written to', 'compressed'])('%s', async (transport) => {
    const options = { gateway: { rateLimit: false, sendQueueBytes: 100_000_000, sendQueueFrames: 10_000 } };
    const isCompressed = transport === 'compressed';
    const started = await GatewayApp.start({
      ...options,
      ...(isCompressed && { gatewayClass: CompressingGateway }),
    });
    app = started;
    const transports = transport === 'websocket' || isCompressed ? ['websocket'] : ['polling'];
    if (transport.startsWith('upgraded')) transports.push('websocket');
    const ann = app.io('ann', { transports });
    await ann.next('hello');
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        expect(await numbersOf(started, ann, all)).toEqual(all.map((_, n) => n));
      }),
      { numRuns: 20, seed: 7 },
    );
    if (transport.startsWith('upgraded')) expect(ann.socket.io.engine.transport.name).toBe('websocket');
  });
});
