import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayApp } from '../gateway/app.fixture.js';
import { Origins } from './origins.js';

let app: GatewayApp | undefined;
afterEach(async () => {
  await app?.stop();
  app = undefined;
});

describe('an allow-list', () => {
  const origins = new Origins(['https://app.example.com']);
  it.each([
    ['no origin, so no browser', undefined, true],
    ['a listed origin', 'https://app.example.com', true],
    ['the listed host without encryption', 'http://app.example.com', false],
    ['the own host', 'https://here.example.com', true],
    ['a host that begins like a listed one', 'https://app.example.com.evil.com', false],
    ['a page of nowhere', 'null', false],
    ['no origin at all', 'evil', false],
    ['an empty text', '', false],
  ])('sees %s', (_, origin, allowed) => {
    expect(origins.allows({ origin, host: 'here.example.com' })).toBe(allowed);
  });
  it('with * sees all', () => {
    expect(new Origins(['*']).allows({ origin: 'null', host: 'x' })).toBe(true);
  });
});

it('a page that is not listed is refused on both carriers, over polling too', async () => {
  app = await GatewayApp.start({ gateway: { origins: ['https://app.example.com'] } });
  const evil = { origin: 'https://evil.com' };
  expect(await app.plain('ann', { headers: evil }).closed).toMatchObject({ code: 4403 });
  expect(await app.io('ann', { extraHeaders: evil }).opened).toBe('FORBIDDEN');
  expect(await app.io('ann', { extraHeaders: evil, transports: ['polling'] }).opened).toBe('FORBIDDEN');
  expect(app.authenticator.asked).toEqual([]);
  const good = { origin: 'https://app.example.com' };
  expect(await app.plain('ann', { headers: good }).next('hello')).toMatchObject({ v: 1 });
  expect(await app.io('ann', { extraHeaders: good }).opened).toBe('open');
  const own = { origin: `http://127.0.0.1:${app.port}` };
  expect(await app.plain('ann', { headers: own }).next('hello')).toMatchObject({ v: 1 });
});
