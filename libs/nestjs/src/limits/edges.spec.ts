import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { CARRIERS, GatewayApp, type IoClient, type PlainClient } from '../gateway/app.fixture.js';
import type { GatewayOptions } from '../gateway/gateway.options.js';
import { ManualClock } from '../gateway/rooms.fixture.js';
import { weigh } from './weight.js';

// What each limit of the wire takes when it is just reached, and refuses one beyond.

let app: GatewayApp;
afterEach(() => app.stop());
const clock = new ManualClock();
const start = async (gateway: GatewayOptions = {}): Promise<void> => {
  app = await GatewayApp.start({ clock, gateway });
};

const MAX_BYTES = 65_536;
const say = (data: unknown) => ({ room: 'chat/cats', name: 'say', data });
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

/** A command that weighs so many bytes on its carrier: as JSON, or as it is weighed where there are no frames to weigh. */
const weighing = (bytes: number, client: PlainClient | IoClient): object => {
  const frame = (text: string) => ({ op: 'send', ref: 2, ...say(text) });
  const empty = 'io' in client.socket ? weigh(say(''), Infinity) : JSON.stringify(frame('')).length;
  return say('x'.repeat(bytes - empty));
};

describe.each(CARRIERS)('over %s', (_, connect) => {
  const joined = async (): Promise<PlainClient | IoClient> => {
    const client = connect(app, 'ann');
    await client.ask('join', { room: 'chat/cats' });
    return client;
  };

  it('a frame has 64 KiB, not a byte more', async () => {
    await start();
    const ann = await joined();
    expect(await ann.ask('send', weighing(MAX_BYTES, ann))).toMatchObject({ ok: true });
    expect(await ann.ask('send', weighing(MAX_BYTES + 1, ann))).toMatchObject({ error: { code: 'TOO_LARGE' } });
    expect(app.rooms.said).toHaveLength(1);
  });

  it('a frame is 32 deep and has 1000 keys, not one more', async () => {
    await start();
    const ann = await joined();
    const ask = async (data: unknown): Promise<unknown> => {
      const { ok, error } = await ann.ask('send', say(data));
      return ok === true ? 'ok' : (error as { code: string }).code;
    };
    // The body itself is one level, and has keys of its own: three, with `op` and `ref` five.
    const own = 'io' in ann.socket ? 3 : 5;
    const keys = (count: number) => Array.from({ length: count - own }, () => 0);
    expect([await ask(nested(31)), await ask(nested(32))]).toEqual(['ok', 'TOO_LARGE']);
    expect([await ask(keys(1000)), await ask(keys(1001))]).toEqual(['ok', 'TOO_LARGE']);
  });

  it('an own frame limit is the limit', async () => {
    await start({ frame: { maxBytes: 200, maxDepth: 3, maxKeys: 10 } });
    const ann = await joined();
    expect(await ann.ask('send', weighing(200, ann))).toMatchObject({ ok: true });
    expect(await ann.ask('send', weighing(201, ann))).toMatchObject({ error: { code: 'TOO_LARGE' } });
    expect(await ann.ask('send', say(nested(2)))).toMatchObject({ ok: true });
    expect(await ann.ask('send', say(nested(3)))).toMatchObject({ error: { code: 'TOO_LARGE' } });
  });

  it('a frame above 1 MiB ends its connection', async () => {
    await start();
    const ann = await joined();
    void ann.ask('send', say('x'.repeat(1_048_577))).catch(() => undefined);
    const closed = await ann.closed;
    expect(closed).toEqual('io' in ann.socket ? 'transport close' : expect.objectContaining({ code: 1009 }));
  });

  it('a hundred operations are done at once, then fifty a second', async () => {
    await start();
    const ann = connect(app, 'ann');
    await ann.next('hello');
    const codes = async (count: number): Promise<string[]> => {
      const replies = await Promise.all(Array.from({ length: count }, () => ann.ask('ping')));
      return replies.map(({ ok, error }) => (ok === true ? 'ok' : JSON.stringify(error)));
    };
    const limited = expect.stringMatching(/"RATE_LIMITED".*"retryAfterMs":20\b/);
    expect(await codes(101)).toEqual([...Array<string>(100).fill('ok'), limited]);
    clock.advance(20);
    expect(await codes(2)).toEqual(['ok', limited]);
  });

  it('a hundred signals pass at once; of those that follow, the latest when there is time', async () => {
    await start();
    const ann = await joined();
    const signals = (from: number, to: number): void => {
      for (let n = from; n < to; n += 1) {
        const signal = { room: 'chat/cats', name: 'typing', data: n };
        if ('io' in ann.socket) ann.socket.emit('signal', signal);
        else ann.socket.send(JSON.stringify({ op: 'signal', ...signal }));
      }
    };
    signals(0, 105);
    await ann.ask('ping');
    expect(app.rooms.signalled).toEqual(Array.from({ length: 100 }, (_unused, n) => n));
    clock.advance(10);
    await ann.ask('ping');
    expect(app.rooms.signalled.slice(100)).toEqual([104]);
  });

  it('twenty connections are of one user, not one more', async () => {
    await start();
    const all = Array.from({ length: 20 }, () => connect(app, 'ann'));
    await Promise.all(all.map((client) => client.next('hello')));
    const late = connect(app, 'ann');
    if ('io' in late.socket) expect(await late.opened).toBe('RATE_LIMITED');
    else expect(await late.closed).toMatchObject({ code: 4429 });
    expect(await connect(app, 'ben').next('hello')).toMatchObject({ v: 1 });
  });
});

it('sixteen frames are held before one is let in, over a plain WebSocket', async () => {
  await start();
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  app.admission.onConnect = () => opened;
  const ann = app.plain('ann');
  const held = Array.from({ length: 16 }, () => ann.ask('ping'));
  await ann.opened;
  await Promise.resolve();
  // Its answer says that all before it has come.
  ann.socket.ping();
  await once(ann.socket, 'pong');
  expect(ann.answers).toBe(0);
  open();
  expect((await Promise.all(held)).every(({ ok }) => ok)).toBe(true);
});

it('one is let in for as long as 5 s, over a plain WebSocket', async () => {
  await start();
  const ann = app.plain(undefined);
  await ann.opened;
  await ann.ask('hello');
  clock.advance(4999);
  expect(await ann.ask('hello')).toMatchObject({ ok: true });
  clock.advance(1);
  expect(await ann.closed).toMatchObject({ code: 4401 });
});
