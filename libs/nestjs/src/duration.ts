import { DefinitionError } from '@greenroom/rooms';

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds, or a number with its unit: `250`, `'250ms'`, `'60s'`, `'5m'`, `'2h'`. */
export type Duration = number | `${number}${keyof typeof UNITS}`;

const FORM = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;

/**
 * @returns milliseconds, never negative
 * @throws DefinitionError for anything else
 */
export const toMilliseconds = (duration: Duration): number => {
  if (typeof duration === 'number') {
    if (Number.isFinite(duration) && duration >= 0) return duration;
  } else {
    const [, amount, unit] = FORM.exec(duration) ?? [];
    // The expression lets nothing else than a unit through.
    if (unit !== undefined) return Number(amount) * UNITS[unit as keyof typeof UNITS];
  }
  throw new DefinitionError(`"${duration}" is no duration: write milliseconds, or '250ms', '60s', '5m', '2h'.`);
};
