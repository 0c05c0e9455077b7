import { describe, expect, it } from '@jest/globals';
import { Outcome, Stage } from '../stage.fixture.js';

/** Milliseconds until the next try. */
const waitOf = ({ client, environment }: Stage): number =>
  client.status.state === 'waiting' ? client.status.retryAt - environment.now() : Number.NaN;
const connecting = async (stage = new Stage()): Promise<Stage> => {
  stage.client.join('hall', 'a').catch(() => {});
  await stage.pass();
  return stage;
};

describe('a link that is lost', () => {
  it('is tried again after anything up to a ceiling that doubles from 250 ms to 10 s', async () => {
    const stage = await connecting(new Stage({ timeoutMs: 1e9 }));
    stage.environment.luck = 1;
    const waits: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      stage.link.end();
      waits.push(waitOf(stage));
      await stage.pass(waitOf(stage));
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    stage.environment.luck = 0;
    stage.link.end();
    expect(waitOf(stage)).toBe(0);
  });

  it('was a good one when it held for 5 s: only then the next trouble is a new one', async () => {
    const stage = await connecting();
    stage.environment.luck = 1;
    const waits: number[] = [];
    for (const heldMs of [0, 4999, 5000, 0]) {
      stage.link.open();
      await stage.pass(heldMs);
      stage.link.end();
      waits.push(waitOf(stage));
      await stage.pass(waitOf(stage));
    }
    expect(waits).toEqual([250, 500, 250, 500]);
  });

  it('is tried at once when the machine finds its network', async () => {
    const stage = await connecting();
    stage.environment.luck = 1;
    stage.link.end();
    stage.environment.online();
    await stage.pass();
    expect(stage.links).toHaveLength(2);
  });

  it('is given up when the machine loses its network', async () => {
    const stage = await connecting();
    stage.link.open();
    stage.environment.offline();
    expect(stage.link.isClosed).toBe(true);
    expect(stage.client.status.state).toBe('waiting');
  });

  it('is given up when it does not open within 10 s', async () => {
    const stage = await connecting();
    await stage.pass(9999);
    expect(stage.link.isClosed).toBe(false);
    await stage.pass(1);
    expect(stage.link.isClosed).toBe(true);
    expect(stage.client.status.state).toBe('waiting');
  });
});

describe('a server that says when to come back', () => {
  it.each(['goodbye', 'refusal'])('is not asked before, not even when the network is back: by a %s', async (by) => {
    const stage = await connecting();
    stage.environment.luck = 0;
    if (by === 'goodbye') {
      stage.link.open();
      stage.link.push({ op: 'goodbye', reason: 'draining', retryAfterMs: 2000 });
      stage.link.end();
    } else stage.link.end('RATE_LIMITED', 2000);
    expect(waitOf(stage)).toBe(2000);
    stage.environment.offline();
    stage.environment.online();
    await stage.pass(1999);
    expect(stage.links).toHaveLength(1);
    await stage.pass(1);
    expect(stage.links).toHaveLength(2);
  });

  it('is not waited for longer because this machine has set its clock back since', async () => {
    const stage = await connecting();
    stage.environment.luck = 1;
    stage.link.open();
    stage.link.push({ op: 'goodbye', reason: 'draining', retryAfterMs: 2000 });
    stage.link.end();
    await stage.pass(2250);
    stage.link.open();
    stage.clock.set(stage.clock.now() - 3_600_000);
    stage.link.end();
    expect(waitOf(stage)).toBeLessThanOrEqual(500);
  });
});

describe('a token', () => {
  it('is asked for anew for each link', async () => {
    let count = 0;
    const stage = await connecting(new Stage({ token: () => Promise.resolve(`t${(count += 1)}`) }));
    stage.link.end();
    await stage.pass(1000);
    expect(stage.links.map(({ token }) => token)).toEqual(['t1', 't2']);
  });

  it('that cannot be had is a link that is lost: the reason is told, and it is asked for again', async () => {
    let count = 0;
    const token = (): string => {
      count += 1;
      if (count === 1) throw new Error('signed out');
      return 'token';
    };
    const stage = await connecting(new Stage({ token }));
    const { status } = stage.client;
    expect(status).toMatchObject({ state: 'waiting', error: { code: 'UNAVAILABLE', cause: new Error('signed out') } });
    await stage.pass(1000);
    expect(stage.links).toHaveLength(1);
  });

  it('that does not come within 30 s is asked for again', async () => {
    let count = 0;
    const stage = await connecting(new Stage({ token: () => ((count += 1) === 1 ? new Promise(() => {}) : 'token') }));
    await stage.pass(29_999);
    expect(count).toBe(1);
    await stage.pass(1000);
    expect(stage.links.map(({ token }) => token)).toEqual(['token']);
  });

  it('that is refused may have been too old: another is asked for at once', async () => {
    let count = 0;
    const stage = await connecting(new Stage({ token: () => `t${(count += 1)}` }));
    stage.link.end('UNAUTHENTICATED');
    await stage.pass();
    expect(stage.link.token).toBe('t2');
    stage.link.open();
    // A link that opened was not refused: the next may be too old again.
    stage.link.end();
    await stage.pass(1000);
    stage.link.end('UNAUTHENTICATED');
    await stage.pass();
    expect(stage.link.token).toBe('t4');
  });

  it.each([
    ['two in a row', () => 'token'],
    ['one that is all there is', 'token'],
  ])('refused for good closes the client and ends its rooms: %s', async (_, token) => {
    const stage = new Stage({ token });
    const joining = new Outcome(stage.client.join('hall', 'a'));
    await stage.pass();
    stage.link.end('UNAUTHENTICATED');
    await stage.pass();
    if (typeof token !== 'string') stage.link.end('UNAUTHENTICATED');
    await stage.pass();
    expect(stage.client.status).toMatchObject({ state: 'closed', error: { code: 'UNAUTHENTICATED' } });
    expect(joining.code).toBe('UNAUTHENTICATED');
    expect(stage.environment.timers.size).toBe(0);
  });

  it('of another user closes the client: it is never somebody else', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    stage.link.end();
    await stage.pass(1000);
    stage.link.open({ user: { id: 'bob', name: 'Bob' } });
    expect(stage.client.status).toMatchObject({ state: 'closed', error: { code: 'FORBIDDEN' } });
    expect(room.status).toMatchObject({ state: 'ended', error: { code: 'FORBIDDEN' } });
    expect(stage.link.isClosed).toBe(true);
    expect(stage.link.sent).toEqual([]);
  });
});

describe('a server that will not have this user', () => {
  it('is not asked again by itself, but by the next join', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    stage.link.end('FORBIDDEN');
    expect(stage.client.status).toMatchObject({ state: 'closed', error: { code: 'FORBIDDEN' } });
    expect(room.status).toMatchObject({ state: 'ended', error: { code: 'FORBIDDEN' } });
    await stage.pass(60_000);
    expect(stage.links).toHaveLength(1);
    const again = stage.joined();
    expect((await again).status).toEqual({ state: 'joined' });
    expect(await again).not.toBe(room);
  });

  it.each(['room', 'client'])(
    'may be asked by a listener of the %s: what it joins does not end with the rest',
    async (of) => {
      const stage = new Stage();
      const room = await stage.joined();
      let joining: Outcome<unknown> | undefined;
      const join = ({ state }: { readonly state: string }): void => {
        if (state === 'ended' || state === 'closed') joining = new Outcome(stage.client.join('hall', 'a'));
      };
      if (of === 'room') room.on('room.status', join);
      else stage.client.onStatus(join);
      stage.link.end('FORBIDDEN');
      await stage.pass();
      expect(joining).toMatchObject({ isSettled: false });
      expect(stage.client.status.state).toBe('connecting');
    },
  );
});

it('a status tells how the client stands when it is told, whatever its listeners do', async () => {
  const stage = new Stage();
  const told: string[] = [];
  stage.client.onStatus(({ state }) => {
    if (state === 'waiting') stage.client.close();
  });
  stage.client.onStatus(({ state }) => told.push(`${state} ${stage.client.status.state}`));
  await stage.joined();
  stage.link.end();
  expect(stage.client.status).toEqual({ state: 'closed' });
  expect(told.at(-1)).toMatch(/closed$/);
  expect(stage.environment.timers.size).toBe(0);
  expect(stage.environment.isWatched).toBe(false);
});
