import { afterAll, beforeAll } from '@jest/globals';
import { RedisServer } from '../../../scripts/redis-server.mjs';
import type { Redis } from 'ioredis';
import { connectToServer, type IoredisConnection } from './clients/ioredis.js';
import { Keys } from './keys.js';
import { Subscriptions } from './subscriptions.js';

/** One end of two connections, as a node has them. */
export interface End {
  readonly redis: IoredisConnection;
  /** What `redis` is by: for all that a test asks a server. */
  readonly client: Redis;
  readonly listening: IoredisConnection;
  readonly subscriptions: Subscriptions;
  readonly keys: Keys;
  /** What was reported. */
  readonly reported: unknown[];
  report(error: unknown): void;
}

/** The real server of one spec file, on which each test has keys of its own. */
export class TestRedis {
  #server: RedisServer | undefined;
  #apps = 0;
  readonly #ends: End[] = [];

  constructor(settings: readonly string[] = []) {
    // The first one on a machine is downloaded.
    beforeAll(async () => void (this.#server = await RedisServer.start(settings)), 120_000);
    afterAll(() => this.#server?.close());
  }

  get server(): RedisServer {
    if (this.#server === undefined) throw new Error('redis-server runs within tests only');
    return this.#server;
  }

  /** A prefix that no other test has. */
  app(): string {
    return `app${(this.#apps += 1)}`;
  }

  async end(prefix: string): Promise<End> {
    const { url } = this.server;
    const [redis, listening] = [await connectToServer(url, 'spec'), await connectToServer(url, 'channels')];
    const reported: unknown[] = [];
    const report = (error: unknown): void => void reported.push(error);
    const subscriptions = new Subscriptions(listening, report);
    const client = redis.client as Redis;
    const end = { redis, client, listening, subscriptions, keys: new Keys(prefix), reported, report };
    this.#ends.push(end);
    return end;
  }

  /** What was sent by now has been received, and so has what was sent because of it. */
  async settle(ends: readonly End[] = this.#ends): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      for (const { redis } of ends) await redis.send('PING');
      for (const { listening } of ends) await listening.send('PING');
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The server ends every connection by which channels are heard; resolves once they are back. */
  async cutChannels(between = async (): Promise<void> => {}): Promise<void> {
    const ends = [...this.#ends];
    const back = ends.map(({ subscriptions }) => new Promise<void>((resolve) => subscriptions.onBack(resolve)));
    await ends[0]?.client.client('KILL', 'TYPE', 'PUBSUB');
    await between();
    await Promise.all(back);
    await this.settle();
  }

  /** After a test. */
  disconnect(): void {
    for (const { redis, subscriptions } of this.#ends.splice(0)) {
      redis.disconnect();
      subscriptions.close();
    }
  }
}

/** Resolves once what is looked at holds; what it last threw when it does not in time. */
export const becomes = async (look: () => unknown, withinMs = 60_000): Promise<void> => {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      await look();
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
};
