import { beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '../gateway/rooms.fixture.js';
import { DelayLine } from './delay-line.js';

let clock: ManualClock;
let line: DelayLine<string>;
/** What was handed over, and when. */
let over: string[];
let start: number;

beforeEach(() => {
  clock = new ManualClock();
  start = clock.now();
  over = [];
  line = new DelayLine(clock, 100, (item) => over.push(`${item} ${clock.now() - start}`));
});

describe('a delay line', () => {
  it('hands each over once, when its time is up, with one timer for all', () => {
    line.add('a');
    clock.advance(30);
    line.add('b');
    line.add('c');
    expect(clock.pending).toBe(1);
    clock.advance(69);
    expect(over).toEqual([]);
    clock.advance(1000);
    expect(over).toEqual(['a 100', 'b 130', 'c 130']);
    expect(clock.pending).toBe(0);
  });

  it('begins anew with what is put in again', () => {
    line.add('a');
    line.add('b');
    clock.advance(50);
    line.add('a');
    clock.advance(1000);
    expect(over).toEqual(['b 100', 'a 150']);
  });

  it('hands over nothing that was taken out, and leaves no timer behind', () => {
    line.add('a');
    line.add('b');
    expect([line.delete('a'), line.delete('a')]).toEqual([true, false]);
    clock.advance(1000);
    expect(over).toEqual(['b 100']);
    line.add('c');
    line.delete('c');
    expect(clock.pending).toBe(0);
  });

  it('takes what is put in, and loses what is taken out, while something is handed over', () => {
    line = new DelayLine(clock, 100, (item) => {
      over.push(`${item} ${clock.now() - start}`);
      if (over.length === 1) line.add(item);
      line.delete('b');
    });
    for (const item of ['a', 'b', 'c']) line.add(item);
    clock.advance(1000);
    expect(over).toEqual(['a 100', 'c 100', 'a 200']);
    expect(clock.pending).toBe(0);
  });

  it('keeps nothing for longer because the clock went back, and hands over nothing early', () => {
    line.add('a');
    clock.advance(50);
    line.add('b');
    clock.setBack(3_600_000);
    clock.advance(50);
    expect(over).toEqual([]);
    clock.advance(99);
    expect(over).toEqual([]);
    clock.advance(1);
    expect(over.map((each) => each.split(' ')[0])).toEqual(['a', 'b']);
  });
});
