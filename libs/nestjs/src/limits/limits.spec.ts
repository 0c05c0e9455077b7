import { describe, expect, it } from '@jest/globals';
import type { SignalOperation } from '@greenroom/protocol';
import { ManualClock } from '../gateway/rooms.fixture.js';
import { HeadCount } from './head-count.js';
import { RoomQuota } from './room-quota.js';
import { SignalGate } from './signal-gate.js';
import { TokenBucket } from './token-bucket.js';
import { weigh } from './weight.js';

const HOUR = 3_600_000;

describe('a token bucket', () => {
  it('gives its burst at once, then its rate, and says how long to wait', () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket({ perSecond: 50, burst: 3 }, clock);
    expect([1, 2, 3, 4].map(() => bucket.take())).toEqual([0, 0, 0, 20]);
    clock.advance(20);
    expect([bucket.take(), bucket.take()]).toEqual([0, 20]);
    clock.advance(HOUR);
    expect([1, 2, 3, 4].map(() => bucket.take())).toEqual([0, 0, 0, 20]);
  });
  it('of infinity never waits', () => {
    const bucket = new TokenBucket({ perSecond: Infinity, burst: Infinity }, new ManualClock());
    for (let i = 0; i < 1000; i += 1) expect(bucket.take()).toBe(0);
  });
});

it('a head count lets in as many as it may, whatever the key is called', () => {
  const count = new HeadCount(2);
  const enter = (): boolean => count.enter('__proto__');
  expect([enter(), enter(), enter()]).toEqual([true, true, false]);
  expect([count.isFull('__proto__'), count.isFull('constructor')]).toEqual([true, false]);
  count.leave('__proto__');
  expect([enter(), enter()]).toEqual([true, false]);
});

it('a quota of rooms is per user and comes back with time', () => {
  const clock = new ManualClock();
  const quota = new RoomQuota(2, clock);
  quota.made('ann');
  quota.made('ann');
  expect([quota.mayMake('ann'), quota.mayMake('ben')]).toEqual([false, true]);
  clock.advance(HOUR / 2);
  expect(quota.mayMake('ann')).toBe(true);
  quota.made('ann');
  expect(quota.mayMake('ann')).toBe(false);
  clock.advance(HOUR);
  quota.made('ben');
  expect(quota.mayMake('ann')).toBe(true);
});

it('signals above the rate are conflated to the latest of each pair, then dropped', () => {
  const clock = new ManualClock();
  const passed: unknown[] = [];
  const gate = new SignalGate(new TokenBucket({ perSecond: 100, burst: 2 }, clock), clock, ({ name, data }) =>
    passed.push([name, data]),
  );
  const signal = (name: string, data: unknown): SignalOperation => ({
    op: 'signal',
    room: 'chat/cats',
    address: { kind: 'chat', id: 'cats' },
    name,
    data,
  });
  for (let i = 0; i < 10; i += 1) gate.offer(signal('cursor', i));
  gate.offer(signal('typing', true));
  for (let i = 0; i < 100; i += 1) gate.offer(signal(`x${i}`, i));
  expect(passed).toEqual([
    ['cursor', 0],
    ['cursor', 1],
  ]);
  clock.advance(20);
  expect(passed.slice(2)).toEqual([
    ['cursor', 9],
    ['typing', true],
  ]);
  clock.advance(10_000);
  // 64 pairs waited: cursor, typing and the first 62 others.
  expect(passed).toHaveLength(2 + 64);
  gate.offer(signal('cursor', 'again'));
  expect(passed.at(-1)).toEqual(['cursor', 'again']);
  gate.close();
});

it('a value is weighed without recursion and no further than needed', () => {
  expect(weigh({ text: 'x'.repeat(100) }, 1000)).toBeGreaterThan(99);
  expect(weigh({ text: 'ü'.repeat(100) }, 1000)).toBeGreaterThan(199);
  expect(weigh(new Uint8Array(50), 1000)).toBe(50);
  let nest: unknown = 1;
  for (let i = 0; i < 100_000; i += 1) nest = [nest];
  expect(weigh(nest, 64)).toBeLessThan(100);
});
