import type { ErrorCode } from '@greenroom/protocol';
import fc from 'fast-check';

export const NAMES = ['ann', 'bob', 'cat'];

const who = fc.integer({ min: 0, max: NAMES.length - 1 });
const few = fc.integer({ min: 1, max: 4 });
const shortMs = fc.integer({ min: 1, max: 300 });

const step = <T extends string, F extends object = object>(
  weight: number,
  type: T,
  fields?: { readonly [K in keyof F]: fc.Arbitrary<F[K]> },
) => ({ weight, arbitrary: fc.record({ type: fc.constant(type), ...fields }) as fc.Arbitrary<{ type: T } & F> });

/** What people do, and what goes wrong meanwhile. */
export const steps = fc.oneof(
  step(3, 'join', { who }),
  step(9, 'say', { who, times: few }),
  step(4, 'whisper', { who, to: who }),
  step(2, 'tellOthers', { who }),
  step(1, 'ask', { who }),
  step(1, 'redact', { who }),
  step(1, 'kick', { who, to: who }),
  step(1, 'leave', { who }),
  step(1, 'leaveAndJoin', { who }),
  step(2, 'hear', { who }),
  // The network
  step(4, 'cut', { who, isUpLost: fc.boolean(), isDownLost: fc.boolean() }),
  step(2, 'silence', { who }),
  step(1, 'offline', { who }),
  step(1, 'online', { who }),
  step(1, 'refuseConnections', { times: few }),
  // The server
  step(1, 'detach', { who, ms: shortMs }),
  step(1, 'goodbye', { who, ms: fc.integer({ min: 1, max: 3000 }) }),
  step(2, 'refuse', {
    code: fc.constantFrom<ErrorCode>('BUSY', 'UNAVAILABLE', 'RATE_LIMITED', 'UNKNOWN_OUTCOME'),
    times: few,
    ms: fc.option(shortMs, { nil: undefined }),
  }),
  step(1, 'slowAuth', { ms: fc.constantFrom(0, 500, 4000, 12_000) }),
  step(1, 'slowGuards', { ms: fc.constantFrom(0, 20, 300) }),
  step(2, 'flake', { isWritten: fc.boolean() }),
  step(2, 'kill', { isSilent: fc.boolean() }),
  // Tokens
  step(1, 'badTokens', { who, times: few }),
  step(1, 'refuseRenewals', { times: few }),
  step(1, 'shortTokens', { who, ms: fc.integer({ min: 1500, max: 20_000 }) }),
  // Time
  step(10, 'wait', { ms: shortMs }),
  step(2, 'wait', { ms: fc.integer({ min: 300, max: 40_000 }) }),
);

export type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;
