import { describe, expect, it } from '@jest/globals';
import { defineRoom, outputs, roomKind, roomTypes, statechart } from '@greenroom/rooms';
import { emit, setup } from 'xstate';
import { z } from 'zod';
import { startTestRooms } from '../../test-rooms.js';
import { VirtualClock } from '../../virtual-clock.js';
import { FAILPOINTS, type Failpoint } from './failpoint.js';
import { Failpoints, type FailpointsOptions } from './failpoints.js';

const Talk = defineRoom({ kind: 'talk', commands: { say: z.object({}) }, events: { said: z.object({}) } });
const out = outputs(Talk);
const machine = setup({ types: roomTypes<typeof Talk, object>() }).createMachine({
  on: { say: { actions: emit(out.said({})) } },
});
const kind = roomKind(Talk, { logic: statechart(machine), passivateAfterMs: 60_000 });

/** A room with all that faults can strike, and what struck. */
const rooms = async (options: FailpointsOptions = {}) => {
  const struck: string[] = [];
  const failpoints = new Failpoints({
    ...options,
    onStrike: (point, hit, { type }) => void struck.push(`${type} ${point} ${hit}`),
    signal: () => {},
  });
  const clock = new VirtualClock();
  const started = await startTestRooms({
    kinds: [kind],
    clock,
    wrap: failpoints,
    limits: { snapshotEntries: 4 },
  });
  return { rooms: started, failpoints, struck, clock };
};

describe('the failpoints', () => {
  it('are all reached in the life of one room, each counted', async () => {
    const { rooms: started, failpoints, clock } = await rooms();
    const ann = started.connect('ann');
    await ann.join('talk/a');
    expect(failpoints.hits).toMatchObject({ 'before-claim': 1, 'after-claim': 1, 'before-commit': 1 });
    for (let n = 0; n < 6; n += 1) await ann.send('talk/a', 'say', {});
    expect(failpoints.hits).toMatchObject({ 'during-snapshot': 2, 'during-passivation': 0 });
    await ann.leave('talk/a');
    await clock.advance(61_000);
    expect(started.node.active).toBe(0);
    expect(failpoints.hits).toMatchObject({ 'during-passivation': 1, 'during-drain': 0 });
    await ann.join('talk/a');
    failpoints.draining();
    const drained = started.node.drain();
    await clock.advance(100);
    await drained;
    expect(FAILPOINTS.filter((point) => failpoints.hits[point] === 0)).toEqual([]);
  });

  it('strike at the hit that was asked for, once', async () => {
    const strikes = [{ point: 'before-commit', hit: 3, action: { type: 'refuse' } }] as const;
    const { rooms: started, struck } = await rooms({ strikes });
    const ann = started.connect('ann');
    await ann.join('talk/a');
    await ann.send('talk/a', 'say', {});
    await expect(ann.send('talk/a', 'say', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await ann.send('talk/a', 'say', {});
    expect(struck).toEqual(['refuse before-commit 3']);
  });

  it('strike by chance, the same for the same seed', async () => {
    const run = async (seed: number) => {
      const noise = [{ point: 'before-commit', share: 0.3, action: { type: 'refuse' } }] as const;
      const { rooms: started, struck, clock } = await rooms({ seed, noise });
      const ann = started.connect('ann');
      for (let n = 0; n < 30; n += 1) {
        await ann.join('talk/a').catch(() => {});
        await clock.advance(60_000);
      }
      return struck;
    };
    const [one, again, other] = [await run(1), await run(1), await run(2)];
    expect(one.length).toBeGreaterThan(2);
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it.each<Failpoint>(['after-commit', 'before-fan-out'])('refuse what cannot happen at %s', (point) => {
    expect(() => new Failpoints({ strikes: [{ point, hit: 1, action: { type: 'refuse' } }] })).toThrow(RangeError);
  });
});
