import { Cluster, Redis, type RedisOptions as IoredisOptions } from 'ioredis';
import { RefusedError, type Argument, type RedisConnection, type Sender } from '../connection.js';
import { Pulse } from './pulse.js';
import type { Sentinels } from './sentinels.js';
import { CLOSE_MS, CONNECT_MS, retryMs, SILENT_MS } from './settings.js';

const AGAIN_MS = retryMs(2);

/** By ioredis. */
export class IoredisConnection implements RedisConnection {
  #pulse: Pulse | undefined;
  #isOver = false;

  constructor(
    readonly client: Redis | Cluster,
    /** What keeps it from being connected, while it is not. */
    private readonly trouble: () => Error | undefined = () => undefined,
  ) {}

  get isCluster(): boolean {
    return this.client.isCluster;
  }

  get database(): number {
    return 'nodes' in this.client ? 0 : (this.client.options.db ?? 0);
  }

  get isUp(): boolean {
    return this.client.status === 'ready';
  }

  async send(name: string, ...args: readonly Argument[]): Promise<unknown> {
    try {
      return await this.client.callBuffer(name, ...args);
    } catch (error) {
      const failure = withoutCommand(error);
      if (isUnsent(failure)) throw new RefusedError(this.#absence());
      throw isRefusal(failure) ? new RefusedError(failure.message, { cause: failure }) : failure;
    }
  }

  async primaries(): Promise<readonly Sender[]> {
    return 'nodes' in this.client ? this.client.nodes('master').map((each) => new IoredisConnection(each)) : [this];
  }

  async subscribe(channel: string): Promise<void> {
    await this.client.ssubscribe(channel);
  }

  async unsubscribe(channel: string): Promise<void> {
    await this.client.sunsubscribe(channel);
  }

  onMessage(listener: (channel: string, message: Buffer) => void): void {
    this.client.on('smessageBuffer', (channel: Buffer, message: Buffer) => listener(channel.toString(), message));
  }

  onLost(listener: () => void): void {
    this.client.on('close', listener);
  }

  onReady(listener: () => void): void {
    this.client.on('ready', listener);
  }

  /** Notices, until it is disconnected, that nobody answers, and is made anew whatever has ended it. */
  keepUp(): this {
    // Of a cluster's servers each is heard of often enough, and it never gives up.
    if (this.isCluster) return this;
    this.#pulse = new Pulse(
      () => this.send('PING'),
      () => this.client.disconnect(true),
    );
    // When a Sentinel tells of a successor while it is being made, ioredis gives up for good.
    this.client.on('end', () => {
      if (!this.#isOver) setTimeout(() => this.#again(), AGAIN_MS);
    });
    return this;
  }

  #again(): void {
    if (!this.#isOver) this.client.connect().catch(() => undefined);
  }

  disconnect(): void {
    this.#isOver = true;
    this.#pulse?.stop();
    this.client.disconnect();
  }

  #absence(): string {
    const trouble = this.trouble();
    return trouble === undefined ? 'There is no connection to Redis.' : `Redis cannot be reached: ${trouble.message}`;
  }
}

/** ioredis puts what it had sent beside what went wrong: a password, or what somebody said. Neither is for a log. */
const withoutCommand = (error: unknown): unknown => {
  if (error instanceof Error) Reflect.deleteProperty(error, 'command');
  return error;
};

/** A cluster says that no server was of any use, and beside it what the last one said. */
const reasonOf = (error: unknown): unknown =>
  error instanceof Error && 'lastNodeError' in error ? (error.lastNodeError ?? error) : error;

const isRefusal = (error: unknown): error is Error => error instanceof Error && error.name === 'ReplyError';

const isUnsent = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith("Stream isn't writeable");

/** A server that has become a replica is left. */
const settings = (name: string) =>
  ({
    protocol: 2,
    lazyConnect: true,
    connectionName: name,
    connectTimeout: CONNECT_MS,
    // Also of what is asked while a connection is made.
    socketTimeout: SILENT_MS,
    // What only listens to a server of a cluster asks nothing.
    keepAlive: SILENT_MS,
    disconnectTimeout: CLOSE_MS,
    maxRetriesPerRequest: 0,
    // `Subscriptions` does, and knows what was missed.
    autoResubscribe: false,
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    keyPrefix: '',
    enableAutoPipelining: false,
  }) satisfies IoredisOptions;

const ofServer = (name: string) =>
  ({ ...settings(name), enableOfflineQueue: false, retryStrategy: retryMs }) satisfies IoredisOptions;

const ofCluster = (name: string) => ({
  lazyConnect: true,
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  scaleReads: 'master' as const,
  shardedSubscribers: true,
  clusterRetryStrategy: retryMs,
  clusterNodeRetryStrategy: retryMs,
  redisOptions: settings(name),
});

/** Of one server. */
export const connectToServer = (url: string, name: string): Promise<IoredisConnection> =>
  connected((check) => new Redis(url, { ...ofServer(name), ...check }));

/** Of the primary that Sentinels name, and of its successor as soon as one of them has told of it. */
export function connectBySentinels(where: Sentinels, name: string): Promise<IoredisConnection> {
  const { sentinels, name: group, db, isSecure, username, password, sentinelUsername, sentinelPassword } = where;
  return connected((check) => {
    const { followed, options } = bySentinels();
    return followed(
      new Redis({
        ...ofServer(name),
        ...options,
        sentinels: [...sentinels],
        name: group,
        db,
        ...(username !== undefined && { username }),
        ...(password !== undefined && { password }),
        ...(sentinelUsername !== undefined && { sentinelUsername }),
        ...(sentinelPassword !== undefined && { sentinelPassword }),
        ...(isSecure && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
        ...check,
      }),
    );
  });
}

/** While no Sentinel answers the first connection fails, and a later one is tried again. */
const bySentinels = () => {
  let hasBeenUp = false;
  const followed = (client: Redis): Redis => client.once('ready', () => (hasBeenUp = true));
  const options = {
    role: 'master' as const,
    failoverDetector: true,
    sentinelCommandTimeout: CONNECT_MS,
    sentinelReconnectStrategy: retryMs,
    sentinelRetryStrategy: (times: number) => (hasBeenUp ? retryMs(times) : null),
  };
  return { followed, options };
};

/** Of a cluster, from any of its servers. */
export function connectToCluster(urls: readonly string[], name: string): Promise<IoredisConnection> {
  const { protocol, username, password } = new URL(urls[0] ?? '');
  const { redisOptions, ...rest } = ofCluster(name);
  return connected(
    () =>
      new Cluster([...urls], {
        ...rest,
        redisOptions: {
          ...redisOptions,
          ...(username !== '' && { username: decodeURIComponent(username) }),
          ...(password !== '' && { password: decodeURIComponent(password) }),
          ...(protocol === 'rediss:' && { tls: {} }),
        },
      }),
  );
}

/** Of what the app's own client is connected to, in its way: TLS, credentials, Sentinels. */
export function connectLike(client: Redis | Cluster, name: string): Promise<IoredisConnection> {
  if ('nodes' in client) return connected(() => client.duplicate([], ofCluster(name)));
  return connected((check) => {
    const { followed, options } = bySentinels();
    const isBySentinels = Array.isArray(client.options.sentinels);
    return followed(client.duplicate({ ...ofServer(name), ...(isBySentinels && options), ...check }));
  });
}

type ReadyCheck = Pick<IoredisOptions, 'enableReadyCheck'>;

/** A server that has no INFO cannot be asked whether it is ready. */
async function connected(
  make: (check: ReadyCheck) => Redis | Cluster,
  enableReadyCheck = true,
): Promise<IoredisConnection> {
  const client = make({ enableReadyCheck });
  let why: Error | undefined;
  // What went wrong is told by the commands that fail.
  client.on('error', (error: Error) => (why = error));
  client.on('ready', () => (why = undefined));
  try {
    await client.connect();
    // By itself it goes on in the first one where there is none of this number.
    const connection = new IoredisConnection(client, () => why);
    if (connection.database > 0) await connection.send('SELECT', connection.database);
    return connection.keepUp();
  } catch (error) {
    client.disconnect();
    if (enableReadyCheck && /unknown command.*info/i.test(messageOf(why))) return connected(make, false);
    throw withoutCommand(reasonOf(why ?? error));
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
