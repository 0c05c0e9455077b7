import { afterAll } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisSentinel, RedisServer } from '../../../scripts/redis-server.mjs';
import { becomes } from './redis.fixture.js';

const GROUP = 'rooms';
/** What is not heard of for so long is down, milliseconds: nothing is by chance, on a busy machine. The Sentinel is told. */
const DOWN_MS = 600_000;

/**
 * A primary, a replica, and a Sentinel: several would have to vote, now and then for long. Of two replicas the one might take over that has
 * less, or one of them follow the old primary for longer than the other.
 */
export class TestSentinels {
  readonly #all: RedisServer[] = [];
  #primary: RedisServer | undefined;
  #sentinel: RedisServer | undefined;
  #replica: RedisServer | undefined;
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
    const replica = await this.#started(RedisServer, ['--replicaof', '127.0.0.1', String(primary.port)]);
    const watched = [
      `sentinel monitor ${GROUP} 127.0.0.1 ${primary.port} 1`,
      `sentinel down-after-milliseconds ${GROUP} ${DOWN_MS}`,
      `sentinel failover-timeout ${GROUP} 30000`,
    ];
    this.#sentinel = await this.#started(RedisSentinel, watched);
    this.#primary = primary;
    this.#replica = replica;
    await asking(this.sentinel.url, (client) =>
      becomes(async () => {
        const said = String(await client.call('INFO', 'sentinel'));
        if (!/status=ok,[^\r]*slaves=1,/.test(said)) throw new Error(said);
      }),
    );
    await this.#follow();
  }

  get primary(): RedisServer {
    return there(this.#primary);
  }

  get replica(): RedisServer {
    return there(this.#replica);
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

  /** The Sentinel has the replica take over, whatever has become of the primary. Resolves once it has. */
  async failOver(): Promise<void> {
    await asking(this.sentinel.url, (client) =>
      becomes(async () => {
        const named = String(await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', GROUP));
        if (named === `127.0.0.1,${this.replica.port}`) return;
        // Refused while it is at it, and while it has not heard of the replica for a while.
        await client.call('SENTINEL', 'FAILOVER', GROUP);
        throw new Error(`${named} is the primary`);
      }),
    );
  }

  /** The old primary follows its successor, and its clients leave it: what the Sentinel has it do some ten seconds later. */
  async demote(): Promise<void> {
    await asking(this.primary.url, async (client) => {
      await client.replicaof('127.0.0.1', this.replica.port);
      for (const type of ['NORMAL', 'PUBSUB']) await client.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
    });
  }

  /** What is written from now on does not reach the replica: it asks a server that is not there. It has all before it. */
  async part(): Promise<void> {
    await this.#follow();
    await asking(this.replica.url, (client) => client.replicaof('127.0.0.1', 1));
  }

  /** The replica has what was written. */
  async #follow(): Promise<void> {
    await asking(this.primary.url, (client) =>
      becomes(async () => {
        await client.set('greenroom-spec', '');
        if ((await client.wait(1, 200)) < 1) throw new Error('the replica does not follow');
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
