import { COMMANDS } from './commands.js';
import { DISTANCE } from './distance.js';
import { CONNECTIONS } from './connections.js';
import { FAN_OUT } from './fan-out.js';
import { REDIS } from './redis.js';
import { ROOMS } from './rooms.js';
import type { Scenario } from './scenario.js';

/** By letter. */
export const SCENARIOS: readonly Scenario[] = [
  ...FAN_OUT,
  ...COMMANDS,
  ...CONNECTIONS,
  ...ROOMS,
  ...DISTANCE,
  ...REDIS,
].sort((one, other) => one.id.localeCompare(other.id));
