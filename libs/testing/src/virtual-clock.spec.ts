import { describe, expect, it } from '@jest/globals';
import { SystemClock } from '@greenroom/rooms';
import { clockContract } from './contracts/index.js';
import { VirtualClock } from './virtual-clock.js';

clockContract('VirtualClock', () => {
  const clock = new VirtualClock();
  return { clock, advance: (ms) => clock.advance(ms) };
});

clockContract('SystemClock', () => ({
  clock: new SystemClock(),
  advance: (ms) => new Promise((resolve) => setTimeout(resolve, ms + 5)),
}));

describe('VirtualClock', () => {
  it('shows each timer the moment it was due, and ends at the moment asked for', async () => {
    const clock = new VirtualClock(1000);
    const seen: number[] = [];
    for (const delay of [30, 10, 20]) clock.after(delay, () => seen.push(clock.now()));
    await clock.advance(25);
    expect([seen, clock.now()]).toEqual([[1010, 1020], 1025]);
  });

  it('runs timers of the same moment in the order they were made', async () => {
    const clock = new VirtualClock();
    const order: number[] = [];
    for (const n of [1, 2, 3]) clock.after(10, () => order.push(n));
    await clock.advance(10);
    expect(order).toEqual([1, 2, 3]);
  });

  it('lets promise jobs and finished I/O run before the next timer', async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    clock.after(10, () => {
      void Promise.resolve()
        .then(() => order.push('promise'))
        .then(() => setImmediate(() => order.push('turn')));
    });
    clock.after(11, () => order.push('next timer'));
    await clock.advance(20);
    expect(order).toEqual(['promise', 'turn', 'next timer']);
  });

  it('steps the wall clock without touching the delay of what is pending', async () => {
    const clock = new VirtualClock(1000);
    let ran = false;
    clock.after(100, () => (ran = true));
    clock.set(500_000);
    expect(clock.now()).toBe(500_000);
    await clock.advance(99);
    expect(ran).toBe(false);
    await clock.advance(1);
    expect([ran, clock.now()]).toEqual([true, 500_100]);
  });

  it('hands on what a timer throws', async () => {
    const clock = new VirtualClock();
    clock.after(1, () => {
      throw new Error('from a timer');
    });
    await expect(clock.advance(1)).rejects.toThrow('from a timer');
  });
});
