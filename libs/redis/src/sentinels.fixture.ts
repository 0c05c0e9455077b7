import { afterAll } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisSentinel, RedisServer } from '../../../scripts/redis-server.mjs';
import { becomes } from './redis.fixture.js';

const GROUP = 'rooms';
/** What is not heard of for so long is down, milliseconds: far less than one would choose. */
const DOWN_MS = 400;

/** A primary, two replicas, and a Sentinel: several would have to vote, now and then for long. */
export class TestSentinels {
  readonly #all: RedisServer[] = [];
  #primary: RedisServer | undefined;
  #sentinel: RedisServer | undefined;
  #replicas: readonly RedisServer[] = [];
  #apps = 0;

  constructor() {
    afterAll(async () => {
      for (const each of this.#all) await each.close();
    });
  }

  /** New ones; those before them are gone. */
  async start(): Promise<void> {
    for (const each of this.#all.splice(0)) await each.close();
    const primary = await this.#started(RedisServer, []);
    const follow = ['--replicaof', '127.0.0.1', String(primary.port)];
    const replicas = [await this.#started(RedisServer, follow), await this.#started(RedisServer, follow)];
    const watched = [
      `sentinel monitor ${GROUP} 127.0.0.1 ${primary.port} 1`,
      `sentinel down-after-milliseconds ${GROUP} ${DOWN_MS}`,
      `sentinel failover-timeout ${GROUP} 3000`,
    ];
    this.#sentinel = await this.#started(RedisSentinel, watched);
    this.#primary = primary;
    this.#replicas = replicas;
    await asking(this.sentinel.url, (client) =>
      becomes(async () => {
        const said = String(await client.call('INFO', 'sentinel'));
        if (!/status=ok,[^\r]*slaves=2,/.test(said)) throw new Error(said);
      }),
    );
    await this.#follow();
  }

  get primary(): RedisServer {
    return there(this.#primary);
  }

  get replicas(): readonly RedisServer[] {
    return this.#replicas;
  }

  get sentinel(): RedisServer {
    return there(this.#sentinel);
  }

  /** The first that is named is not there. */
  get url(): string {
    return `redis+sentinel://127.0.0.1:1,127.0.0.1:${this.sentinel.port}/${GROUP}`;
  }

  app(): string {
    return `app${(this.#apps += 1)}`;
  }

  /** The Sentinel is told to have a replica take over. */
  async failOver(): Promise<void> {
    await asking(this.sentinel.url, (client) => client.call('SENTINEL', 'FAILOVER', GROUP));
  }

  /** What is written from now on reaches no replica: they ask a server that is not there. They have all before it. */
  async part(): Promise<void> {
    await this.#follow();
    for (const { url } of this.replicas) await asking(url, (client) => client.replicaof('127.0.0.1', 1));
  }

  /** Both replicas have what was written. */
  async #follow(): Promise<void> {
    await asking(this.primary.url, (client) =>
      becomes(async () => {
        await client.set('greenroom-spec', '');
        const count = await client.wait(2, 200);
        if (count < 2) throw new Error(`${count} replicas follow`);
      }),
    );
  }

  async #started(kind: typeof RedisServer, settings: readonly string[]): Promise<RedisServer> {
    const server = await kind.start(settings);
    this.#all.push(server);
    return server;
  }
}

/** By a connection for this alone. */
export const asking = async <T>(url: string, ask: (client: Redis) => Promise<T>): Promise<T> => {
  const client = new Redis(url);
  client.on('error', () => undefined);
  try {
    return await ask(client);
  } finally {
    client.disconnect();
  }
};

const there = (server: RedisServer | undefined): RedisServer => {
  if (server === undefined) throw new Error('servers run within tests only');
  return server;
};
