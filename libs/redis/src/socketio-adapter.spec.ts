import { afterEach, describe, expect, it } from '@jest/globals';
import { Server } from 'socket.io';
import { TestCluster } from './cluster.fixture.js';
import { openRedis, type RedisPorts } from './open-redis.js';
import { becomes, TestRedis } from './redis.fixture.js';

const redis = new TestRedis();
const cluster = new TestCluster();
const opened: RedisPorts[] = [];
afterEach(async () => {
  for (const ports of opened.splice(0)) await ports.close();
  redis.disconnect();
});

/** What a server hears of the others, without any socket. */
class Ear {
  readonly heard: unknown[] = [];

  private constructor(readonly server: Server) {
    server.on('word', (word: unknown) => this.heard.push(word));
  }

  static async open(url: string, prefix: string): Promise<Ear> {
    const ports = await openRedis({ url, prefix });
    opened.push(ports);
    return new Ear(new Server().adapter(ports.adapter));
  }

  async count(): Promise<number> {
    return this.server.sockets.adapter.serverCount();
  }

  /** As `server.emit()` does, waited for. */
  async broadcast(): Promise<void> {
    const packet = { type: 2, data: ['word'], nsp: '/' };
    const options = { rooms: new Set<string>(), except: new Set<string>(), flags: {} };
    // Of this adapter it is a promise, whatever the type says.
    const sent: unknown = this.server.sockets.adapter.broadcast(packet, options);
    await sent;
  }
}

describe.each([
  ['one server', () => redis.server.url],
  ['a cluster', () => cluster.url],
])("Socket.IO's adapter on %s", (_, url) => {
  it('reaches the other nodes of the app, in the same namespace, and knows how many they are', async () => {
    const app = redis.app();
    const [a, b, other] = [await Ear.open(url(), app), await Ear.open(url(), app), await Ear.open(url(), redis.app())];
    await becomes(async () => expect([await a.count(), await b.count(), await other.count()]).toEqual([2, 2, 1]));
    a.server.serverSideEmit('word', { of: 'a' });
    a.server.of('/elsewhere').serverSideEmit('word', 'unheard');
    b.server.serverSideEmit('word', Buffer.from('b'));
    await becomes(() => expect([a.heard, b.heard]).toEqual([[Buffer.from('b')], [{ of: 'a' }]]));
    expect(other.heard).toEqual([]);
  });
});

describe("Socket.IO's adapter", () => {
  it('goes on by itself when the connection was lost', async () => {
    const app = redis.app();
    const [a, b] = [await Ear.open(redis.server.url, app), await Ear.open(redis.server.url, app)];
    const admin = await redis.end(app);
    await admin.redis.client('KILL', 'TYPE', 'PUBSUB');
    await becomes(async () => {
      a.server.serverSideEmit('word', 'again');
      await redis.settle();
      expect(b.heard).toContain('again');
    });
    expect(await a.count()).toBe(2);
  });

  it('while Redis hangs or is away each node reaches its own sockets at once, and nothing is thrown', async () => {
    const a = await Ear.open(redis.server.url, redis.app());
    await redis.server.kill('SIGSTOP');
    try {
      await a.broadcast();
    } finally {
      await redis.server.kill('SIGCONT');
    }
    await redis.server.kill();
    try {
      await a.broadcast();
      a.server.serverSideEmit('word', 'unheard');
      expect(await a.server.fetchSockets()).toEqual([]);
      expect(await a.server.timeout(100).emitWithAck('word')).toEqual([]);
      expect(await a.server.serverSideEmitWithAck('word')).toEqual([]);
    } finally {
      await redis.server.start();
    }
    await becomes(() => opened[0]?.store.check());
  });

  it('has two channels a namespace, and gives them back', async () => {
    const prefix = redis.app();
    const { redis: admin } = await redis.end(prefix);
    const channels = async (): Promise<number> =>
      ((await admin.call('PUBSUB', 'SHARDCHANNELS', `${prefix}:socket.io*`)) as unknown[]).length;
    const { server } = await Ear.open(redis.server.url, prefix);
    const namespace = server.of('/news');
    await becomes(async () => expect(await channels()).toBe(4));
    await namespace.adapter.close();
    await becomes(async () => expect(await channels()).toBe(2));
  });
});
