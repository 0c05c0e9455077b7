import { describe, expect, it } from '@jest/globals';
import { RefusedError, type Argument, type RedisConnection } from './connection.js';
import { checkClock, checkServer } from './server-check.js';

/** What a server answers; all else is forbidden. */
const serverThat = (answers: Readonly<Record<string, unknown>>): RedisConnection => {
  const send = async (...command: readonly Argument[]): Promise<unknown> => {
    const answer = answers[command.join(' ')];
    if (answer === undefined) throw new RefusedError('NOPERM');
    return answer;
  };
  const server = { send };
  return { primaries: async () => [server] } as unknown as RedisConnection;
};

const bytes = (...values: readonly string[]): readonly Buffer[] => values.map((each) => Buffer.from(each));
const FIT = 'redis_version:7.2.4\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\n';
const ALWAYS = { 'CONFIG GET appendfsync': bytes('appendfsync', 'always') };

describe('a server', () => {
  it('that keeps what it acknowledges is fine', async () => {
    expect(await checkServer(serverThat({ INFO: Buffer.from(FIT), ...ALWAYS }))).toEqual([]);
  });

  it.each([
    ['INFO', { INFO: Buffer.from(FIT.replace('7.2.4', '6.2.14')) }],
    ['HELLO', { HELLO: [...bytes('server', 'redis', 'version', '6.2.14', 'proto'), 2] }],
  ])('that is too old is refused, as %s has it', async (_, answers) => {
    await expect(checkServer(serverThat(answers))).rejects.toThrow('Redis 6.2.14 is too old');
  });

  it('that would drop rooms is refused, also when CONFIG alone tells', async () => {
    const answers = { 'CONFIG GET maxmemory-policy': bytes('maxmemory-policy', 'allkeys-lru') };
    await expect(checkServer(serverThat(answers))).rejects.toThrow('(maxmemory-policy allkeys-lru)');
  });

  it('that does not tell everything is used, and what it left out is said', async () => {
    expect(await checkServer(serverThat({ INFO: Buffer.from(FIT) }))).toEqual([
      expect.stringMatching(/^Redis does not tell its appendfsync: .* appendfsync always\.$/),
    ]);
    expect(await checkServer(serverThat({}))).toEqual([
      expect.stringContaining('does not tell its maxmemory-policy, appendonly, appendfsync'),
    ]);
  });

  it('that is not there is not one that refuses to tell', async () => {
    const send = async (): Promise<never> => {
      throw new Error('connection lost');
    };
    const gone = { primaries: async () => [{ send }] } as unknown as RedisConnection;
    await expect(checkServer(gone)).rejects.toThrow('connection lost');
  });
});

describe('the clock of a machine', () => {
  const at = (here: number): Promise<string | undefined> =>
    checkClock(serverThat({ TIME: bytes('1000', '500000') }), () => here);

  it('is said to be wrong when it is more than a second from that of the server', async () => {
    expect(await at(1_030_500)).toContain('is 30 s ahead of that of Redis');
    expect(await at(970_500)).toContain('is 30 s behind that of Redis');
  });

  it('is fine within it, and when the server does not tell', async () => {
    for (const here of [999_500, 1_000_500, 1_001_500]) expect(await at(here)).toBeUndefined();
    expect(await checkClock(serverThat({}), () => 0)).toBeUndefined();
  });
});
