import { afterEach, expect, it } from '@jest/globals';
import { Frame } from '@greenroom/rooms';
import { CARRIERS, GatewayApp, type IoClient, type PlainClient, until } from '../gateway/app.fixture.js';
import { decide } from '../sockets/send-queue.js';

let app: GatewayApp | undefined;
afterEach(async () => {
  await app?.stop();
  app = undefined;
});

it('volatile frames are dropped above half the limit, others overflow above all of it', () => {
  const limits = { bytes: 100, frames: 10 };
  expect(decide({ bytes: 50, frames: 5 }, limits, true)).toBe('send');
  expect(decide({ bytes: 51, frames: 0 }, limits, true)).toBe('drop');
  expect(decide({ bytes: 0, frames: 6 }, limits, true)).toBe('drop');
  expect(decide({ bytes: 100, frames: 9 }, limits, false)).toBe('send');
  expect(decide({ bytes: 101, frames: 0 }, limits, false)).toBe('overflow');
  expect(decide({ bytes: 0, frames: 10 }, limits, false)).toBe('overflow');
});

/** Stops the operating system from taking in what the server sends. */
function stopReading(client: PlainClient | IoClient): { resume(): void } {
  if (!('io' in client.socket)) {
    client.socket.pause();
    return client.socket;
  }
  const transport = client.socket.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } };
  transport.ws.pause();
  return transport.ws;
}

it.each(CARRIERS)(
  'a reader that stops gets one reset for all it missed, its neighbour misses nothing, over %s',
  async (_, connect) => {
    const started = await GatewayApp.start({ gateway: { rateLimit: false } });
    app = started;
    const [slow, ben] = [connect(app, 'slow'), connect(app, 'ben')];
    await slow.ask('join', { room: 'chat/cats' });
    await ben.ask('join', { room: 'chat/cats' });
    const [reader] = started.connections.ofUser('slow');
    const reading = stopReading(slow);
    const say = (text: string) => ben.ask('send', { room: 'chat/cats', name: 'say', data: { text } });
    // What the kernel takes in by itself is megabytes.
    for (let sent = 1; sent <= 400; sent += 1) {
      await say('x'.repeat(60_000));
      expect(await ben.next('events')).toMatchObject({ to: sent });
      expect(reader?.backlog.bytes).toBeLessThan(1_048_576);
    }
    expect(started.rooms.resets).toEqual([]);
    reading.resume();
    const reset = await slow.next('reset');
    expect(reset).toMatchObject({ room: 'chat/cats', position: { epoch: 1, seq: 400 }, reason: 'slow reader' });
    await say('again');
    let before = 0;
    let last = await slow.next('events');
    for (; last['to'] !== 401; last = await slow.next('events')) before += 1;
    // What the kernel and the queue held came; the rest did not.
    expect(before).toBeLessThan(390);
    expect(last).toMatchObject({ from: 400 });
    expect(started.rooms.resets).toEqual(['chat/cats']);
  },
);

it.each(CARRIERS)('signals to a slow reader are dropped, not its connection, over %s', async (_, connect) => {
  app = await GatewayApp.start({ gateway: { sendQueueFrames: 10 } });
  const ann = connect(app, 'ann');
  await ann.ask('join', { room: 'chat/cats' });
  const [connection] = app.connections.ofUser('ann');
  for (let i = 0; i < 50; i += 1)
    connection?.push(new Frame({ op: 'signal', room: 'chat/cats', name: 'typing', data: i, by: { id: 'ben' } }));
  expect(await ann.ask('ping')).toMatchObject({ ok: true });
  const signals = ann.pushes.all.filter(({ op }) => op === 'signal');
  expect(signals.length).toBeGreaterThan(0);
  expect(signals.length).toBeLessThan(10);
});

it.each(CARRIERS)('replies that are asked for and not read end the connection too, over %s', async (_, connect) => {
  const started = await GatewayApp.start({ gateway: { rateLimit: false } });
  app = started;
  const ann = connect(app, 'ann');
  await ann.ask('join', { room: 'chat/cats' });
  app.rooms.reply = () => Promise.resolve({ data: 'x'.repeat(500_000) });
  const [reader] = started.connections.ofUser('ann');
  const reading = stopReading(ann);
  for (let i = 0; i < 100; i += 1)
    void ann.ask('send', { room: 'chat/cats', name: 'say', data: {} }).catch(() => undefined);
  await until(() => reader?.isOpen === false);
  reading.resume();
  await ann.closed;
});
