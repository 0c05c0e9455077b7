import { describe, expect, it } from '@jest/globals';
import { Stage } from '../stage.fixture.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A client whose token ends in so many milliseconds, by the server's clock. */
const signedIn = async (
  leftMs: number,
  options: ConstructorParameters<typeof Stage>[0] = {},
  aheadMs = 0,
): Promise<Stage> => {
  let count = 0;
  const stage = new Stage({ token: () => `t${(count += 1)}`, ...options });
  stage.environment.aheadMs = aheadMs;
  stage.client.join('hall', 'a').catch(() => {});
  await stage.pass();
  stage.link.onSent = (asked) => {
    if (asked.op === 'ping') stage.link.answer(asked);
  };
  stage.link.open({ expiresAt: stage.clock.now() + leftMs });
  stage.link.admit();
  return stage;
};

describe('a token that ends', () => {
  it.each([
    ['clocks agree', 0],
    ["this machine's clock is an hour ahead", HOUR],
    ["this machine's clock is an hour behind", -HOUR],
  ])('is replaced a third of its time before, a minute at most: %s', async (_, aheadMs) => {
    const stage = await signedIn(90_000, {}, aheadMs);
    await stage.pass(59_999);
    expect(stage.link.all('auth')).toEqual([]);
    await stage.pass(1);
    expect(stage.link.last('auth').token).toBe('t2');
    stage.link.answer(stage.link.last('auth'), { user: { id: 'ann' }, expiresAt: stage.clock.now() + HOUR });
    await stage.pass(HOUR - MINUTE);
    expect(stage.link.all('auth').map(({ token }) => token)).toEqual(['t2', 't3']);
    expect(stage.links).toHaveLength(1);
  });

  it('that is refused is asked for again until the link ends; the next link has a new one', async () => {
    const stage = await signedIn(10_000);
    stage.link.onSent = (asked) => {
      if (asked.op === 'auth') stage.link.refuse(asked, 'UNAUTHENTICATED');
    };
    await stage.pass(10_000);
    const asked = stage.link.all('auth').length;
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThan(9);
    stage.link.end('UNAUTHENTICATED');
    await stage.pass(250);
    expect(stage.links).toHaveLength(2);
    expect(stage.link.token).toBe(`t${asked + 2}`);
    expect(stage.states).not.toContain('closed');
  });

  it('of another user, or of one not wanted any more, closes the client', async () => {
    const stage = await signedIn(10_000);
    await stage.pass(7000);
    stage.link.refuse(stage.link.last('auth'), 'FORBIDDEN');
    expect(stage.client.status).toMatchObject({ state: 'closed', error: { code: 'FORBIDDEN' } });
  });

  it('is not asked for all the time because this machine has set its clock forward', async () => {
    const stage = await signedIn(10_000);
    stage.link.onSent = (asked) => {
      if (asked.op === 'auth')
        stage.link.answer(asked, { user: { id: 'ann' }, expiresAt: stage.clock.now() - HOUR + 10_000 });
    };
    stage.clock.set(stage.clock.now() + HOUR);
    await stage.pass(20_000);
    expect(stage.link.all('auth').length).toBeLessThan(30);
  });

  it('and is all there is, is not presented all the time', async () => {
    const stage = await signedIn(10_000, { token: 'the only one' });
    const end = stage.clock.now() + 10_000;
    stage.link.onSent = (asked) => {
      if (asked.op === 'auth') stage.link.answer(asked, { user: { id: 'ann' }, expiresAt: end });
    };
    await stage.pass(20_000);
    expect(stage.link.all('auth').length).toBeLessThan(30);
  });

  it('leaves no timer behind when its link goes', async () => {
    const stage = await signedIn(10_000);
    stage.client.close();
    expect(stage.environment.timers.size).toBe(0);
  });
});
