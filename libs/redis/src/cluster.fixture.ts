import { afterAll, beforeAll } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisServer } from '../../../scripts/redis-server.mjs';

const SLOTS = 16_384;

/** A Redis Cluster of two real servers, half of the slots each. */
export class TestCluster {
  readonly servers: RedisServer[] = [];
  #apps = 0;

  constructor() {
    beforeAll(() => this.#start(), 120_000);
    afterAll(async () => {
      for (const server of this.servers) await server.close();
    });
  }

  get url(): string {
    return this.servers[0]?.url ?? '';
  }

  app(): string {
    return `app${(this.#apps += 1)}`;
  }

  /** One of its servers dies, and comes back. */
  async restartOne(): Promise<void> {
    await this.servers[0]?.kill();
    await this.servers[0]?.start();
  }

  async #start(): Promise<void> {
    for (let i = 0; i < 2; i += 1) this.servers.push(await RedisServer.start(['--cluster-enabled', 'yes']));
    const [one, two] = this.servers.map(({ url }) => new Redis(url)) as [Redis, Redis];
    try {
      await one.call('CLUSTER', 'ADDSLOTSRANGE', 0, SLOTS / 2 - 1);
      await two.call('CLUSTER', 'ADDSLOTSRANGE', SLOTS / 2, SLOTS - 1);
      const { port, busPort } = this.servers[1] as RedisServer;
      await one.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort);
      for (const each of [one, two])
        while (!/cluster_state:ok[^]*cluster_known_nodes:2/.test(await each.cluster('INFO')))
          await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      one.disconnect();
      two.disconnect();
    }
  }
}
