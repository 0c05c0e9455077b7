import type { RedisServer } from '#redis-server';
import type { Guests } from '../guests/guests.js';
import type { Cluster } from '../processes/cluster.js';

/** What can be done to a node. */
const NODE_ACTIONS = ['kill', 'stop', 'start', 'freeze', 'thaw'] as const;
const GUEST_ACTIONS = ['talk', 'hush'] as const;
const REDIS_ACTIONS = ['kill', 'start'] as const;

const oneOf = <T extends string>(all: readonly T[], value: string | undefined): T | undefined =>
  all.find((each) => each === value);

/** What a path asks for, such as `/nodes/node-2/kill`; `undefined`: nothing that there is. */
export const actionOf = (
  path: string,
  { cluster, redis, guests }: { readonly cluster: Cluster; readonly redis: RedisServer; readonly guests: Guests },
): (() => unknown) | undefined => {
  const [, what, ...rest] = path.split('/');
  if (what === 'nodes' && rest.length === 2) {
    const [node, action] = [cluster.node(rest[0] ?? ''), oneOf(NODE_ACTIONS, rest[1])];
    return node && action && (() => node[action]());
  }
  if (rest.length !== 1) return undefined;
  if (what === 'redis') {
    const action = oneOf(REDIS_ACTIONS, rest[0]);
    // Of two servers on one port the second would not start.
    return action && (() => (action === 'start' && redis.isRunning ? undefined : redis[action]()));
  }
  const action = what === 'guests' ? oneOf(GUEST_ACTIONS, rest[0]) : undefined;
  return action && (() => guests.talk(action === 'talk'));
};
