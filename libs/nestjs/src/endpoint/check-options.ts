import { inspect } from 'node:util';
import { DefinitionError } from '@greenroom/rooms';
import { ENDPOINT_DEFAULTS, type EndpointOptions } from './endpoint.options.js';

interface Check {
  readonly holds: (value: unknown) => boolean;
  readonly sentence: string;
}

/** `ws` and Node's timers count in 31 bits. */
const MOST = 2 ** 31 - 1;

const isWhole = (value: unknown, least: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= MOST;
const whole = (least: number): Check => ({
  holds: (value) => isWhole(value, least),
  sentence: `a whole number, at least ${least}`,
});
const isOrigin = (value: unknown): boolean =>
  value === '*' || (typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value.toLowerCase());
const isPositive = (value: unknown): boolean => typeof value === 'number' && value > 0;

const CHECKS: { readonly [Name in keyof EndpointOptions]-?: Check } = {
  origins: {
    holds: (value) => value === '*' || (Array.isArray(value) && value.every(isOrigin)),
    sentence: `'*', or a list of origins such as 'https://app.example.com'`,
  },
  trustProxy: whole(0),
  admissionMs: whole(1),
  maxBytes: whole(1),
  receiveQueueFrames: whole(1),
  receiveQueueBytes: whole(1),
  sendQueueBytes: whole(1),
  sendQueueFrames: whole(1),
  pingEveryMs: whole(1),
  pingTimeoutMs: whole(1),
  rateLimit: { holds: (value) => typeof value === 'boolean', sentence: 'true or false' },
  messages: {
    holds: (value) => {
      const { perSecond, burst } = (value ?? {}) as { perSecond?: unknown; burst?: unknown };
      return isPositive(perSecond) && isPositive(burst) && Number(burst) >= 1;
    },
    sentence: '{ perSecond, burst }, both positive, burst at least 1',
  },
  connectionsPerAddress: {
    holds: (value) => value === Infinity || isWhole(value, 1),
    sentence: 'a whole number, at least 1, or Infinity',
  },
};

/** @param whose options they are, for the sentence. @throws DefinitionError for a value that cannot be meant */
export function checkOptions(whose: string, options: EndpointOptions): void {
  for (const name of Object.keys(ENDPOINT_DEFAULTS) as (keyof EndpointOptions)[]) {
    if (!Object.hasOwn(options, name) || CHECKS[name].holds(options[name])) continue;
    throw new DefinitionError(`${whose}: ${name} must be ${CHECKS[name].sentence}, not ${inspect(options[name])}.`);
  }
}
