import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { connect } from './connect.js';
import { readSentinelUrl } from './sentinels.js';

/** Of a Sentinel that it has not reached ioredis keeps a timer for so long, milliseconds, and nobody can say otherwise: it would outlive the tests. */
const LEFT_MS = 2000;
afterAll(() => pause(LEFT_MS));

describe('the URL of a primary by Sentinels', () => {
  it('names them, the group, a database, and what each wants to know', () => {
    const url =
      'rediss+sentinel://app:p%40ss@one:26380,two,[::1]:5000/rooms/3?sentinel_username=s&sentinel_password=a%2Fb';
    expect(readSentinelUrl(url)).toEqual({
      sentinels: [
        { host: 'one', port: 26_380 },
        { host: 'two', port: 26_379 },
        { host: '::1', port: 5000 },
      ],
      name: 'rooms',
      db: 3,
      isSecure: true,
      username: 'app',
      password: 'p@ss',
      sentinelUsername: 's',
      sentinelPassword: 'a/b',
    });
    expect(readSentinelUrl('redis+sentinel://:secret@one/rooms')).toMatchObject({
      db: 0,
      isSecure: false,
      username: undefined,
      password: 'secret',
      sentinelPassword: undefined,
    });
  });

  it.each([
    'redis+sentinel://one:26379',
    'redis+sentinel://one:26379/',
    'redis+sentinel://one:port/rooms',
    'redis+sentinel:///rooms',
    'redis+sentinel://one,,two/rooms',
    'redis+sentinel://one/rooms/zero',
  ])('is of no other form: %s', (url) => {
    expect(() => readSentinelUrl(url)).toThrow('is not of the form redis+sentinel://');
  });

  it('is said without its secrets when nobody is there, at once', async () => {
    const url = 'redis+sentinel://app:secret@127.0.0.1:1/rooms?sentinel_password=secret';
    await expect(connect([url], 'spec')).rejects.toMatchObject({
      name: 'RedisUnfitError',
      message: expect.stringMatching(/^Redis at redis\+sentinel:\/\/127\.0\.0\.1:1\/rooms cannot be reached: /),
    });
    expect(() => readSentinelUrl('redis+sentinel://app:secret@one?sentinel_password=secret')).toThrow(
      /^((?!secret).)*$/,
    );
  });
});
