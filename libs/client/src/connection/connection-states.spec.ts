import { describe, expect, it } from '@jest/globals';
import { Stage } from '../stage.fixture.js';

type State = 'idle' | 'connecting' | 'online' | 'waiting' | 'closed';

const asked = async (token?: () => Promise<string>): Promise<Stage> => {
  const stage = new Stage({ token: token ?? (() => 'token') });
  stage.environment.luck = 1;
  stage.client.join('hall', 'a').catch(() => {});
  await stage.pass();
  return stage;
};
const online = async (): Promise<Stage> => {
  const stage = await asked();
  stage.link.open();
  return stage;
};
const after = async (happen: (stage: Stage) => void): Promise<Stage> => {
  const stage = await online();
  happen(stage);
  return stage;
};

/** How a client comes to stand as it does. */
const STANDS = {
  idle: async () => new Stage(),
  'asking for a token': () => asked(() => new Promise<string>(() => {})),
  'opening a link': () => asked(),
  online: () => online(),
  waiting: () => after((stage) => stage.link.end()),
  'told to wait': () => after((stage) => stage.link.end('BUSY', 5000)),
  closed: () => after((stage) => stage.client.close()),
  'refused for good': () => after((stage) => stage.link.end('FORBIDDEN')),
};

const newest = (stage: Stage) => stage.links.at(-1);
/** What may happen to it. A link that it has given up may still say something. */
const EVENTS: Readonly<Record<string, (stage: Stage) => unknown>> = {
  'a room is joined': (stage) => void stage.client.join('hall', 'b').catch(() => {}),
  'it is closed': (stage) => stage.client.close(),
  'its link opens': (stage) => newest(stage)?.open(),
  'its link ends': (stage) => newest(stage)?.end(),
  'its token is refused': (stage) => newest(stage)?.end('UNAUTHENTICATED'),
  'its user is refused': (stage) => newest(stage)?.end('FORBIDDEN'),
  'the server is busy': (stage) => newest(stage)?.end('BUSY', 2000),
  'the network is lost': (stage) => stage.environment.offline(),
  'the network is back': (stage) => stage.environment.online(),
  '10 s pass': (stage) => stage.pass(10_000),
};

const [i, c, o, w, x] = ['idle', 'connecting', 'online', 'waiting', 'closed'] as const;
/** By event; in the order of the stands. */
const TABLE: Readonly<Record<keyof typeof EVENTS, readonly State[]>> = {
  'a room is joined': [c, c, c, o, w, w, c, c],
  'it is closed': [x, x, x, x, x, x, x, x],
  'its link opens': [i, c, o, o, w, w, x, x],
  'its link ends': [i, c, w, w, w, w, x, x],
  'its token is refused': [i, c, c, w, w, w, x, x],
  'its user is refused': [i, c, x, x, w, w, x, x],
  'the server is busy': [i, c, w, w, w, w, x, x],
  'the network is lost': [i, w, w, w, w, w, x, x],
  'the network is back': [i, c, c, o, c, w, x, x],
  '10 s pass': [i, c, w, o, c, c, x, x],
};

describe.each(Object.entries(STANDS))('a client that is %s', (name, stand) => {
  const column = Object.keys(STANDS).indexOf(name);
  it.each(Object.keys(EVENTS).map((event) => [event, TABLE[event]?.[column]] as const))(
    'when %s is %s, and nothing of what it was is left',
    async (event, state) => {
      const stage = await stand();
      await EVENTS[event]?.(stage);
      await stage.pass();
      expect(stage.client.status.state).toBe(state);
      const open = stage.links.filter(({ isClosed }) => !isClosed).length;
      expect(open).toBeLessThanOrEqual(state === 'connecting' || state === 'online' ? 1 : 0);
      expect(stage.environment.isWatched).toBe(state !== 'idle' && state !== 'closed');
      if (state === 'closed') expect(stage.environment.timers.size).toBe(0);
    },
  );
});
