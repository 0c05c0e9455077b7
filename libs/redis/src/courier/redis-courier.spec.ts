import { describe, expect, it } from '@jest/globals';
import { RejectedError, SystemClock, UnavailableError, type Courier, type Envelope } from '@greenroom/rooms';
import { courierContract } from '@greenroom/testing/contracts';
import { VirtualClock } from '@greenroom/testing';
import { becomes, TestRedis, type End } from '../redis.fixture.js';
import { RedisCourier, type CourierContext } from './redis-courier.js';
import { question } from '../specs/envelope.fixture.js';

const redis = new TestRedis();

const open = (end: End, name: string, rest: Partial<CourierContext> = {}): Promise<RedisCourier> =>
  RedisCourier.open({
    ...end,
    name,
    clock: new SystemClock(),
    onSilent: () => {},
    onUnavailable: () => {},
    onUnwritable: () => {},
    ...rest,
  });

courierContract('RedisCourier', async () => {
  const prefix = redis.app();
  const [here, there] = [await redis.end(prefix), await redis.end(prefix)];
  return {
    courier: await open(here, 'here'),
    other: await open(there, 'there'),
    now: () => Date.now(),
    settle: () => redis.settle(),
    close: async () => redis.disconnect(),
  };
});

describe('RedisCourier', () => {
  const asked = (courier: Courier, deadline: number): Promise<unknown> =>
    courier.send('n2', question(deadline)).catch((error: unknown) => error);

  it('tells at once that nobody receives what is sent to a node, and of whom', async () => {
    const silent: string[] = [];
    const courier = await open(await redis.end(redis.app()), 'here', { onSilent: (node) => void silent.push(node) });
    expect(await asked(courier, Infinity)).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(silent).toEqual(['n2']);
    expect(await courier.isHeard('n2')).toBe(false);
    redis.disconnect();
  });

  it('gives an answer up at its deadline, and not before', async () => {
    const prefix = redis.app();
    const clock = new VirtualClock();
    const courier = await open(await redis.end(prefix), 'here', { clock });
    const other = await open(await redis.end(prefix), 'there');
    await other.serve('n2', () => new Promise(() => {}));
    const answers: unknown[] = [];
    void asked(courier, clock.now() + 5000).then((answer) => answers.push(answer));
    await redis.settle();
    await clock.advance(4999);
    expect(answers).toEqual([]);
    await clock.advance(1);
    expect(answers).toMatchObject([{ code: 'UNKNOWN_OUTCOME' }]);
    redis.disconnect();
  });

  it('gives the answers of a node up that died while it owed them, and tells of it', async () => {
    const prefix = redis.app();
    const clock = new VirtualClock();
    const silent: string[] = [];
    const there = await redis.end(prefix);
    const onSilent = (node: string): void => void silent.push(node);
    const courier = await open(await redis.end(prefix), 'here', { clock, onSilent });
    await (await open(there, 'there')).serve('n2', () => new Promise(() => {}));
    const answers: unknown[] = [];
    void asked(courier, clock.now() + 5000).then((answer) => answers.push(answer));
    await redis.settle();
    await clock.advance(1000);
    await redis.settle();
    expect([answers, silent]).toEqual([[], []]);
    there.subscriptions.close();
    await becomes(async () => expect(await courier.isHeard('n2')).toBe(false));
    await clock.advance(250);
    await becomes(async () => expect(answers).toMatchObject([{ code: 'UNKNOWN_OUTCOME' }]));
    expect(silent).toEqual(['n2']);
    redis.disconnect();
  });

  it('gives all answers up when the connection is lost by which they would come, and has those of what is asked next', async () => {
    const prefix = redis.app();
    const [here, there] = [await redis.end(prefix), await redis.end(prefix)];
    const courier = await open(here, 'here');
    const other = await open(there, 'there');
    let answer = (): void => {};
    await other.serve('n2', () => new Promise((resolve) => (answer = () => resolve(undefined))));
    const first = asked(courier, Infinity);
    await redis.settle();
    await redis.cutChannels();
    expect(await first).toMatchObject({ code: 'UNKNOWN_OUTCOME' });
    const second = asked(courier, Infinity);
    await redis.settle();
    answer();
    expect(await second).toBeUndefined();
    redis.disconnect();
  });

  it('tells of a room that the node asked has not got, and of no other refusal', async () => {
    const prefix = redis.app();
    const without: string[] = [];
    const onUnavailable = (address: string): void => void without.push(address);
    const courier = await open(await redis.end(prefix), 'here', { onUnavailable });
    const other = await open(await redis.end(prefix), 'there');
    const refusals = [new RejectedError('no'), new UnavailableError()];
    await other.serve('n2', () => Promise.reject(refusals.shift()));
    expect(await asked(courier, Infinity)).toMatchObject({ code: 'REJECTED' });
    expect(without).toEqual([]);
    expect(await asked(courier, Infinity)).toMatchObject({ code: 'UNAVAILABLE' });
    expect(without).toEqual(['lab/a']);
    redis.disconnect();
  });

  it('refuses what cannot be written, asked or answered, says so on its own node, and takes what comes after it', async () => {
    const prefix = redis.app();
    const said: unknown[] = [];
    const onUnwritable = (address: string, cause: unknown): void => void said.push([address, cause]);
    const courier = await open(await redis.end(prefix), 'here', { onUnwritable });
    const other = await open(await redis.end(prefix), 'there', { onUnwritable });
    const answers: unknown[] = [() => 'code is not data', 'data'];
    await other.serve('n2', async () => answers.shift());
    const request = { ...question(Infinity), request: { type: 'view', viewer: () => 'ann' } } as unknown as Envelope;
    await expect(courier.send('n2', request)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(said).toEqual([['lab/a', expect.any(TypeError)]]);
    expect(await asked(courier, Infinity)).toMatchObject({ code: 'INTERNAL' });
    expect(said).toEqual([1, 2].map(() => ['lab/a', expect.any(TypeError)]));
    expect(await asked(courier, Infinity)).toBe('data');
    redis.disconnect();
  });
});
