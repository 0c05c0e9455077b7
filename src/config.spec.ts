import { describe, expect, test } from '@jest/globals';
import { ConfigError, readConfig } from './config.js';

const SECRET = 'a secret of at least 32 bytes, as HS256 asks for';

test('an empty environment is a whole configuration', () => {
  const whole = {
    port: 8000,
    host: '127.0.0.1',
    dataDir: './data',
    allowedOrigins: [],
    trustProxy: 0,
    store: 'lmdb',
    rateLimit: true,
    logLevel: 'info',
  };
  expect(readConfig({})).toEqual(whole);
  expect(readConfig({ PORT: '', STORE: '', REDIS_URL: '', JWT_SECRET: '', OTHER: 'x' })).toEqual(whole);
});

test('each variable is read', () => {
  const config = readConfig({
    PORT: '0',
    HOST: '0.0.0.0',
    DATA_DIR: '/var/lib/rooms',
    JWT_SECRET: SECRET,
    ALLOWED_ORIGINS: 'https://app.example.com, http://localhost:5173',
    TRUST_PROXY: '1',
    STORE: 'memory',
    RATE_LIMIT: 'off',
    OPERATOR_TOKEN: 'sixteen bytes or more',
    LOG_LEVEL: 'debug',
  });
  expect(config).toEqual({
    port: 0,
    host: '0.0.0.0',
    dataDir: '/var/lib/rooms',
    jwtSecret: SECRET,
    allowedOrigins: ['https://app.example.com', 'http://localhost:5173'],
    trustProxy: 1,
    store: 'memory',
    rateLimit: false,
    operatorToken: 'sixteen bytes or more',
    logLevel: 'debug',
  });
});

test('with REDIS_URL rooms are kept there', () => {
  const redis = { store: 'redis', redisUrl: 'redis://localhost' };
  expect(readConfig({ REDIS_URL: 'redis://localhost' })).toMatchObject(redis);
  expect(readConfig({ REDIS_URL: 'redis://localhost', STORE: 'redis' })).toMatchObject(redis);
});

test('by Sentinels, too', () => {
  const redisUrl = 'redis+sentinel://:secret@one:26379,two:26379/rooms';
  expect(readConfig({ REDIS_URL: redisUrl })).toMatchObject({ store: 'redis', redisUrl });
});

test('rooms are kept on PostgreSQL where that is asked for, with Redis or without', () => {
  const databaseUrl = 'postgres://localhost/rooms';
  const asked = { STORE: 'postgres', DATABASE_URL: databaseUrl };
  expect(readConfig(asked)).toMatchObject({ store: 'postgres', databaseUrl });
  expect(readConfig(asked)).not.toHaveProperty('redisUrl');
  const redisUrl = 'redis://localhost';
  expect(readConfig({ ...asked, REDIS_URL: redisUrl })).toMatchObject({ store: 'postgres', databaseUrl, redisUrl });
  expect(readConfig({ DATABASE_URL: databaseUrl })).toMatchObject({ store: 'lmdb' });
});

describe('a mistake is one line that names the variable', () => {
  test.each([
    [{ PORT: '80a' }, 'PORT must be a port, 0 to 65535, not "80a"'],
    [{ PORT: '70000' }, 'PORT must be a port, 0 to 65535, not "70000"'],
    [{ PORT: '-1' }, 'PORT must be a port, 0 to 65535, not "-1"'],
    [{ HOST: '  ' }, 'HOST must be a host name or an address'],
    [{ DATA_DIR: ' ' }, 'DATA_DIR must be a folder'],
    [{ JWT_SECRET: 'short' }, 'JWT_SECRET must be at least 32 bytes'],
    [{ OPERATOR_TOKEN: 'short' }, 'OPERATOR_TOKEN must be at least 16 bytes'],
    [
      { ALLOWED_ORIGINS: 'https://a.example/path' },
      'ALLOWED_ORIGINS has "https://a.example/path", which is no origin such as https://app.example.com',
    ],
    [
      { ALLOWED_ORIGINS: 'a.example' },
      'ALLOWED_ORIGINS has "a.example", which is no origin such as https://app.example.com',
    ],
    [{ TRUST_PROXY: 'yes' }, 'TRUST_PROXY must be how many proxies are in front, not "yes"'],
    [{ STORE: 'sqlite' }, 'STORE must be lmdb, memory, redis, postgres, not "sqlite"'],
    [{ STORE: '__proto__' }, 'STORE must be lmdb, memory, redis, postgres, not "__proto__"'],
    [{ RATE_LIMIT: 'no' }, 'RATE_LIMIT must be on, off, not "no"'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be silent, fatal, error, warn, info, debug, trace, not "loud"'],
    [
      { REDIS_URL: 'localhost:6379' },
      'REDIS_URL must be a redis://, rediss://, redis+sentinel:// or rediss+sentinel:// URL',
    ],
    [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL must be a postgres:// or postgresql:// URL'],
    [{ STORE: 'redis' }, 'STORE redis needs REDIS_URL'],
    [{ STORE: 'postgres' }, 'STORE postgres needs DATABASE_URL'],
    [
      { STORE: 'lmdb', REDIS_URL: 'redis://localhost' },
      'STORE lmdb is for one process and REDIS_URL for several: unset one of them',
    ],
    [
      { STORE: 'memory', REDIS_URL: 'redis://localhost' },
      'STORE memory is for one process and REDIS_URL for several: unset one of them',
    ],
    [
      { PORT: 'x', STORE: 'y' },
      'PORT must be a port, 0 to 65535, not "x"; STORE must be lmdb, memory, redis, postgres, not "y"',
    ],
  ])('%j', (env, line) => {
    const error = readConfig(env);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toHaveProperty('message', line);
    expect(line).not.toContain('\n');
  });
});

test('a secret or a password is never repeated in the line', () => {
  for (const env of [{ JWT_SECRET: 'hunter2' }, { REDIS_URL: 'http://:hunter2@localhost' }])
    expect(readConfig(env)).toMatchObject({ name: 'ConfigError', message: expect.not.stringContaining('hunter2') });
});
