import { afterEach, describe, expect, it } from '@jest/globals';
import { Frame } from '@greenroom/rooms';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
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

/** A gateway with an event of its app's own. */
@WebSocketGateway({ namespace: '/rooms' })
class EchoGateway extends RoomsGateway {
  @SubscribeMessage('echo')
  echo(@MessageBody() text: string): object {
    return { text, at: new Date(0), bytes: Buffer.from(text), none: undefined, nested: [{ deep: new Date(1) }] };
  }

  @SubscribeMessage('plain')
  plain(@MessageBody() text: string): object {
    return { text, list: [1, null, 'ü'] };
  }
}

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

describe('an ack of the app is what Socket.IO makes of it', () => {
  it.each(['websocket', 'polling'])('%s', async (transport) => {
    app = await GatewayApp.start({ gatewayClass: EchoGateway });
    const ann = app.io('ann', { transports: [transport] });
    await ann.next('hello');
    expect(await ann.socket.emitWithAck('echo', 'hi')).toEqual({
      text: 'hi',
      at: '1970-01-01T00:00:00.000Z',
      bytes: Buffer.from('hi'),
      nested: [{ deep: '1970-01-01T00:00:00.001Z' }],
    });
    expect(await ann.socket.emitWithAck('plain', 'hi')).toEqual({ text: 'hi', list: [1, null, 'ü'] });
  });
});
