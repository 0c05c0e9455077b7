import { describe, expect, it } from '@jest/globals';
import { createClient } from './client.js';
import { Outcome, Stage } from './stage.fixture.js';

describe('closing', () => {
  it('leaves every room, settles all that waits, and leaves nothing behind', async () => {
    const stage = new Stage();
    const [a, b] = [await stage.joined('a'), await stage.joined('b')];
    const joining = new Outcome(stage.client.join('hall', 'c'));
    const outcomes = [
      new Outcome(a.send('say', {})),
      new Outcome(b.history()),
      new Outcome(a.listMembers()),
      new Outcome(a.leave()),
      joining,
    ];
    stage.client.close();
    await stage.pass();
    expect(stage.link.all('leave').map(({ room }) => room)).toEqual(['hall/a', 'hall/b', 'hall/c']);
    expect(outcomes.every(({ isSettled }) => isSettled)).toBe(true);
    expect(outcomes[0]?.code).toBe('UNKNOWN_OUTCOME');
    expect([a.status.state, b.status.state]).toEqual(['ended', 'ended']);
    expect(stage.client.status).toEqual({ state: 'closed' });
    expect(stage.link.isClosed).toBe(true);
    expect(stage.environment.timers.size).toBe(0);
    expect(stage.environment.isWatched).toBe(false);
    await stage.pass(120_000);
    expect(stage.links).toHaveLength(1);
  });

  it.each([
    ['before it was ever used', async () => new Stage()],
    [
      'while it gets its token',
      async () => {
        const stage = new Stage({ token: () => new Promise<string>(() => {}) });
        stage.client.join('hall', 'a').catch(() => {});
        await stage.pass();
        return stage;
      },
    ],
    [
      'while it connects',
      async () => {
        const stage = new Stage();
        stage.client.join('hall', 'a').catch(() => {});
        await stage.pass();
        return stage;
      },
    ],
    [
      'while it waits',
      async () => {
        const stage = new Stage();
        await stage.joined();
        stage.link.end();
        return stage;
      },
    ],
  ])('leaves nothing behind: %s', async (_, make) => {
    const stage = await make();
    stage.client.close();
    stage.client.close();
    await stage.pass(120_000);
    expect(stage.environment.timers.size).toBe(0);
    expect(stage.environment.isWatched).toBe(false);
    expect(stage.client.status).toEqual({ state: 'closed' });
    expect(stage.links.every(({ isClosed }) => isClosed || stage.links.length === 1)).toBe(true);
  });

  it('is not for ever: a join connects again', async () => {
    const stage = new Stage();
    await stage.joined();
    stage.client.close();
    expect((await stage.joined()).status).toEqual({ state: 'joined' });
    expect(stage.links).toHaveLength(2);
  });

  it('hears nothing more of its link', async () => {
    const stage = new Stage();
    const { states } = stage;
    stage.client.join('hall', 'a').catch(() => {});
    await stage.pass();
    const { link } = stage;
    stage.client.close();
    link.isClosed = false;
    link.open();
    link.end();
    await stage.pass(60_000);
    expect(states).toEqual(['connecting', 'closed']);
  });
});

it('connects ahead of the first join, once, and again after it was closed', async () => {
  const stage = new Stage();
  stage.client.connect();
  stage.client.connect();
  await stage.pass();
  stage.link.open();
  expect(stage.client.status.state).toBe('online');
  stage.client.connect();
  await stage.joined();
  expect(stage.links).toHaveLength(1);
  stage.client.close();
  stage.client.connect();
  await stage.pass();
  expect(stage.links).toHaveLength(2);
});

it('a status listener hears each change, until it is stopped', async () => {
  const stage = new Stage();
  const heard: string[] = [];
  expect(stage.client.status).toEqual({ state: 'idle' });
  const stop = stage.client.onStatus(({ state }) => heard.push(state));
  await stage.joined();
  expect(stage.client.status).toMatchObject({ state: 'online', user: { id: 'ann' } });
  stage.link.end();
  stop();
  stage.client.close();
  expect(heard).toEqual(['connecting', 'online', 'waiting']);
});

it('many rooms take their places again on a new link, and none is held up by another', async () => {
  const stage = new Stage();
  const rooms = [await stage.joined('a'), await stage.joined('b'), await stage.joined('c')];
  const link = await stage.reconnect();
  const [a, b, c] = link.all('join');
  if (a === undefined || b === undefined || c === undefined) throw new Error('not all were asked for');
  link.refuse(b, 'FORBIDDEN');
  link.refuse(a, 'BUSY');
  link.admit();
  expect(rooms.map(({ status }) => status.state)).toEqual(['away', 'ended', 'joined']);
});

describe('createClient', () => {
  it.each(['nowhere', 'ftp://server', 'file:///tmp'])('throws a TypeError for a URL that is none: %s', (url) => {
    expect(() => createClient(url, { token: 'token' })).toThrow(expect.objectContaining({ name: 'TypeError' }));
  });

  it('does nothing before the first join', () => {
    expect(createClient('http://127.0.0.1:1', { token: 'token' }).status).toEqual({ state: 'idle' });
  });
});
