import type { Happening, NodeCondition } from '../view.js';

export const CONDITIONS: Readonly<Record<NodeCondition, string>> = {
  off: 'Off',
  starting: 'Starting…',
  ready: 'Ready',
  unready: 'Not ready',
  frozen: 'Frozen',
  stopping: 'Stopping…',
  killed: 'Killed',
  stopped: 'Stopped',
  died: 'Ended by itself',
};

/** `3 rooms`, `1 room`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** `0.4 s`, `12 ms`. */
export const lasting = (ms: number): string => {
  if (ms < 100) return `${Math.max(1, Math.round(ms))} ms`;
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
};

/** What has happened, as a sentence. */
export const sentence = (happening: Happening): string => {
  switch (happening.type) {
    case 'redis':
      return happening.isUp ? 'Redis is up' : 'Redis is down: no room can commit, and none answers that it has';
    case 'node':
      return `${happening.node} ${became(happening.became, happening.how)}`;
    case 'room':
      return `${happening.room} went from ${happening.from} to ${happening.to}${howSoon(happening)}`;
  }
};

const became = (condition: NodeCondition, how = ''): string => {
  switch (condition) {
    case 'off':
      return 'is off';
    case 'starting':
      return 'is starting';
    case 'ready':
      return 'is ready';
    case 'unready':
      return 'is not ready: the load balancer sends nobody there';
    case 'frozen':
      return 'is frozen: its connections stand, and it does nothing';
    case 'stopping':
      return 'was asked to stop, and hands over what it has';
    case 'killed':
      return `was killed (${how})`;
    case 'stopped':
      return `has stopped (${how})`;
    case 'died':
      return `has ended by itself (${how})`;
  }
};

const howSoon = ({ ackedAfterMs, seenAfterMs }: Extract<Happening, { type: 'room' }>): string => {
  if (ackedAfterMs !== undefined) return `: next acknowledged after ${lasting(Math.max(0, ackedAfterMs))}`;
  return seenAfterMs === undefined ? '' : `, within ${lasting(seenAfterMs)}`;
};
