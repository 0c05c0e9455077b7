import { createShardedAdapter } from '@socket.io/redis-adapter';
import { Cluster } from 'ioredis';
import type { RedisConnection } from './connection.js';
import type { Keys } from './keys.js';
import type { Subscription, Subscriptions } from './subscriptions.js';

/** For `server.adapter()` of Socket.IO. */
export type SocketIoAdapter = ReturnType<typeof createShardedAdapter>;

interface AdapterContext {
  readonly redis: RedisConnection;
  readonly subscriptions: Subscriptions;
  readonly keys: Keys;
  report(error: unknown): void;
}

/**
 * Socket.IO's own adapter, on the connections of the node. Two channels a namespace and none a room, so that what sockets are
 * in costs Redis nothing: what is sent goes to all nodes.
 */
export function socketIoAdapter(context: AdapterContext): SocketIoAdapter {
  const client = new AdapterClient(context);
  return createShardedAdapter(client, client, {
    channelPrefix: context.keys.socketIo,
    subscriptionMode: 'static',
  });
}

/**
 * What the adapter asks of a client, of which it knows the `redis` package's manner. Nothing here rejects, because it does not expect
 * that everywhere: while Redis is away each node reaches its own sockets.
 */
class AdapterClient {
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(private readonly context: AdapterContext) {}

  sSubscribe(channel: string, listener: (message: Buffer, channel: string) => void): void {
    const hear = (message: Buffer): void => listener(message, channel);
    this.#subscriptions.set(channel, this.context.subscriptions.listen(channel, hear));
  }

  sUnsubscribe(channel: string): void {
    this.#subscriptions.get(channel)?.stop();
    this.#subscriptions.delete(channel);
  }

  /** Does not wait: sockets of this node get what is sent only when it has resolved. */
  async sPublish(channel: string, message: string | Uint8Array): Promise<void> {
    const payload = typeof message === 'string' ? message : Buffer.from(message);
    this.context.redis.spublish(channel, payload).catch((error: unknown) => this.context.report(error));
  }

  /** How many nodes listen to a channel: the one thing that is asked. */
  async sendCommand([command, about, channel]: readonly [string, string, string]): Promise<[string, number]> {
    const { redis } = this.context;
    const servers = redis instanceof Cluster ? redis.nodes('master') : [redis];
    try {
      const replies = await Promise.all(servers.map((each) => each.call(command, about, channel)));
      return [channel, replies.reduce((sum: number, reply) => sum + Number((reply as [string, unknown])[1]), 0)];
    } catch (error) {
      this.context.report(error);
      return [channel, 1];
    }
  }
}
