import { beforeEach, describe, expect, it } from '@jest/globals';
import { Frame, type Identity } from '@greenroom/rooms';
import { VirtualClock } from '@greenroom/testing';
import type { Push } from '@greenroom/protocol';
import { CarrierConnection } from '../carriers/carrier-connection.js';
import { Delivery } from './delivery.js';

const LIMITS = { bytes: 1000, frames: 100 };
const ANN: Identity = { id: 'ann', name: 'Ann' };

/** A carrier whose reader takes things when the spec says so. */
class Reader extends CarrierConnection {
  readonly carrier = 'websocket';
  readonly data = {};
  backlog = { bytes: 0, frames: 0 };
  get isIdle(): boolean {
    return this.backlog.bytes === 0 && this.backlog.frames === 0;
  }
  readonly pushed: Push[] = [];
  closed: number | undefined;

  push({ push }: Frame): void {
    this.pushed.push(push);
  }

  close(code: number): void {
    this.closed = code;
    this.gone();
  }
}

let clock: VirtualClock;
let reader: Reader;
let delivery: Delivery;
/** What a reset does, room by room. */
let reset: (room: string) => Promise<void>;
let asked: string[];

const events = (room: string, to: number): Frame =>
  new Frame({ op: 'events', room, epoch: 1, from: to - 1, to, events: [] });
const baseline = (room: string, seq: number): Frame =>
  new Frame({ op: 'reset', room, position: { epoch: 1, seq }, view: null, members: [], reason: 'slow reader' });
const told = (): string[] => reader.pushed.map((push) => ('room' in push ? `${push.op} ${push.room}` : push.op));

beforeEach(() => {
  clock = new VirtualClock();
  reader = new Reader('c1', { auth: {}, headers: {}, address: '', url: '' }, ANN);
  asked = [];
  reset = async (room) => delivery.push(baseline(room, 9));
  delivery = new Delivery(reader, LIMITS, clock, (room) => {
    asked.push(room);
    return reset(room);
  });
});

describe('a reader who keeps up', () => {
  it('is pushed everything', () => {
    reader.backlog = { bytes: 750, frames: 75 };
    delivery.push(events('a/1', 1));
    expect(told()).toEqual(['events a/1']);
  });
});

describe.each([
  ['bytes', { bytes: 751, frames: 0 }],
  ['frames', { bytes: 0, frames: 76 }],
])('a reader behind by %s', (_, backlog) => {
  beforeEach(() => {
    reader.backlog = backlog;
    delivery.push(events('a/1', 1));
  });

  it('is spared the events and presence of its rooms, and nothing else', () => {
    delivery.push(new Frame({ op: 'presence', room: 'a/2', at: 1, joined: [], left: [], count: 1 }));
    delivery.push(new Frame({ op: 'closed', room: 'a/3', code: 'FORBIDDEN', reason: 'kicked' }));
    delivery.push(new Frame({ op: 'goodbye', reason: '', retryAfterMs: 1 }));
    expect(told()).toEqual(['closed a/3', 'goodbye']);
  });

  it('gets one reset a room when it has caught up, and events again behind it', async () => {
    delivery.push(events('a/2', 1));
    reader.backlog = { bytes: 250, frames: 25 };
    await clock.advance(1000);
    expect(asked).toEqual([]);
    // A little room is none: events and a reset must not take turns.
    delivery.push(events('a/1', 2));
    expect(told()).toEqual([]);
    reader.backlog = { bytes: 0, frames: 0 };
    await clock.advance(50);
    delivery.push(events('a/1', 10));
    await clock.advance(1000);
    expect(told()).toEqual(['reset a/1', 'reset a/2', 'events a/1']);
    expect(asked).toEqual(['a/1', 'a/2']);
  });

  it('is not pushed what happens while its reset is made', async () => {
    let done: () => void = () => undefined;
    reset = async (room) => {
      await new Promise<void>((resolve) => (done = resolve));
      delivery.push(baseline(room, 9));
    };
    reader.backlog = { bytes: 0, frames: 0 };
    await clock.advance(50);
    delivery.push(events('a/1', 2));
    await clock.advance(500);
    expect(asked).toEqual(['a/1']);
    expect(told()).toEqual([]);
    done();
    await clock.advance(0);
    delivery.push(events('a/1', 10));
    expect(told()).toEqual(['reset a/1', 'events a/1']);
  });

  it('hears of a room again that it has left and joined meanwhile', async () => {
    reset = () => Promise.resolve();
    reader.backlog = { bytes: 0, frames: 0 };
    await clock.advance(100);
    delivery.push(events('a/1', 2));
    expect(told()).toEqual(['events a/1']);
  });

  it('is closed (4408) when it has not caught up in 20 s', async () => {
    await clock.advance(19_900);
    expect(reader.closed).toBeUndefined();
    await clock.advance(200);
    expect(reader.closed).toBe(4408);
    expect(asked).toEqual([]);
  });

  it('is forgotten with its connection', async () => {
    reader.gone();
    await clock.advance(60_000);
    expect(reader.closed).toBeUndefined();
    expect(asked).toEqual([]);
  });
});
