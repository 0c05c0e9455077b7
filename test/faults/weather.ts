import type { Dice, FaultProxy } from '@greenroom/testing/faults';

const FAULTS = [
  { what: 'reset', weight: 4 },
  { what: 'finish', weight: 3 },
  { what: 'halfOpen', weight: 2 },
  { what: 'slow', weight: 4 },
  { what: 'narrow', weight: 3 },
  { what: 'clear', weight: 4 },
] as const;

/** Something happens to some connections. */
export const gust = (proxy: FaultProxy, dice: Dice): void => {
  const share = dice.chance(0.1) ? 0.5 : 0.05;
  const { what } = dice.weighed(FAULTS);
  for (const link of proxy.links) {
    if (!dice.chance(share)) continue;
    if (what === 'reset' || what === 'finish') link.cut(what);
    if (what === 'halfOpen') link.halfOpen();
    if (what === 'slow') link.set({ delayMs: dice.int(1, 200), jitterMs: dice.int(0, 100) });
    if (what === 'narrow') link.set({ bytesPerSecond: dice.int(4000, 40_000) });
    if (what === 'clear') link.set({});
  }
};
