import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FencedError } from '../errors.js';
import { MemoryRoomStore } from '../log/memory-store.js';
import type { Batch, Fence } from '../log/store.js';
import { step, Trial } from './cluster-trial.fixture.js';

describe('the life of a room over several nodes', () => {
  const hits = new Map<string, number>();

  it('loses nothing that was acknowledged, repeats nothing, keeps everyone in order and without a gap', async () => {
    const numRuns = Number(process.env['RUNS'] ?? 150);
    const delays = fc.array(fc.constantFrom(0, 0, 1, 3, 10, 40), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(delays, fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), async (all, steps) => {
        const trial = new Trial(all, hits);
        await trial.begin();
        for (const each of steps) await trial.take(each);
        await trial.end();
      }),
      { numRuns, ...(process.env['RUNS'] === undefined && { seed: 20_261_121 }) },
    );
  }, 900_000);

  it.each(['kill', 'cut', 'lapse', 'back', 'drain', 'deaf', 'blip', 'move'])('has met: %s', (fault) => {
    expect(hits.get(fault)).toBeGreaterThan(10);
  });
});

/** Takes what a late owner writes, as a store without a fence does. */
class UnfencedStore extends MemoryRoomStore {
  override append(address: string, fence: Fence, batch: Batch): Promise<number> {
    return super.append(address, fence, batch).catch((error: unknown) => {
      if (error instanceof FencedError) return 0;
      throw error;
    });
  }
}

it.each([
  ['without its fence', new UnfencedStore(), false],
  ['with it', new MemoryRoomStore(), true],
])('an owner that does not know that it was replaced is found out by this: %s', async (_, store, holds) => {
  const trial = new Trial([0], new Map(), store);
  const life = async (): Promise<void> => {
    await trial.begin();
    const owner = trial.cluster.nodes.findIndex(({ node }) => node.active > 0);
    await trial.take({ type: 'lapse', node: owner });
    // Those on other nodes go to the next owner; those on this one have it before them.
    for (let who = 0; who < 4; who += 1) await trial.take({ type: 'say', who, count: 4 });
    await trial.take({ type: 'wait', ms: 2500 });
    for (let who = 0; who < 4; who += 1) await trial.take({ type: 'say', who, count: 4 });
    await trial.take({ type: 'wait', ms: 300 });
    await trial.end();
  };
  if (holds) await life();
  else await expect(life()).rejects.toThrow();
});
