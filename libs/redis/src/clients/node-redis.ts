import { RedisUnfitError, RefusedError, type Argument, type RedisConnection, type Sender } from '../connection.js';
import { Pulse } from './pulse.js';
import { CONNECT_MS, retryMs, SILENT_MS } from './settings.js';

/** A client of the package `redis`, 5 or 6, as `createClient()` or `createCluster()` gives it. */
export interface NodeRedisClient {
  readonly isOpen: boolean;
  duplicate(): unknown;
  sSubscribe: unknown;
}

/** What is used of it. */
interface Client {
  readonly isReady: boolean;
  readonly isOpen: boolean;
  readonly options?: { readonly socket?: object; readonly database?: number };
  connect(): Promise<unknown>;
  destroy(): void;
  duplicate(overrides: object): Client;
  on(event: string, listener: () => void): unknown;
  sendCommand(args: readonly (string | Buffer)[], options: object): Promise<unknown>;
  sSubscribe: Listen;
  sUnsubscribe: Listen;
}

/** What is used of one for a cluster. */
interface ClusterClient extends Pick<Client, 'isOpen' | 'connect' | 'destroy' | 'on' | 'sSubscribe' | 'sUnsubscribe'> {
  readonly masters: readonly { readonly client?: Client }[];
  /** What it was made with; a single client has `options`. */
  readonly _options?: { readonly defaults?: { readonly socket?: object } };
  duplicate(overrides: object): ClusterClient;
  nodeClient(node: object): Promise<Client>;
  sendCommand(
    key: string | undefined,
    isReadOnly: boolean,
    args: readonly (string | Buffer)[],
    options: object,
  ): Promise<unknown>;
}

type Hear = (message: Buffer, channel: Buffer) => void;
type Listen = (channel: string, listener: Hear, asBytes: true) => Promise<unknown>;

/** Strings as bytes: what RESP names by a dollar sign. */
const AS_BYTES = { typeMapping: { ['$'.charCodeAt(0)]: Buffer } };

/** In RESP 2 both clients have the same replies. A prefix of the app's would be in front of ours. */
const SETTINGS = {
  RESP: 2,
  maintNotifications: 'disabled',
  disableOfflineQueue: true,
  commandOptions: AS_BYTES,
  clientSideCache: undefined,
  emitInvalidate: false,
  keyPrefix: undefined,
  readonly: false,
};

export const isNodeRedis = (client: object): client is NodeRedisClient => 'sSubscribe' in client;

export async function connectLikeNodeRedis(client: NodeRedisClient, name: string): Promise<RedisConnection> {
  return isClusterClient(client)
    ? connectLikeCluster(client, name)
    : connectLikeServer(client as unknown as Client, name);
}

const isClusterClient = (client: object): client is ClusterClient => 'masters' in client;

async function connectLikeServer(client: Client, name: string): Promise<RedisConnection> {
  let hasBeenUp = false;
  const copy = client.duplicate({
    ...SETTINGS,
    name,
    socket: {
      ...client.options?.socket,
      connectTimeout: CONNECT_MS,
      // Of what is asked while a connection is made: later it is written to all the while, which counts.
      socketTimeout: SILENT_MS,
      // The first connection is made or fails.
      reconnectStrategy: (times: number) => hasBeenUp && retryMs(times),
    },
  });
  copy.on('ready', () => (hasBeenUp = true));
  const connection = new NodeRedisConnection(copy);
  try {
    await copy.connect();
    return connection;
  } catch (error) {
    connection.disconnect();
    throw error;
  }
}

async function connectLikeCluster(client: ClusterClient, name: string): Promise<RedisConnection> {
  const { _options: options } = client;
  if (options === undefined)
    throw new RedisUnfitError('This version of redis does not tell what its client for a cluster was made with.');
  const socket = { ...options.defaults?.socket, connectTimeout: CONNECT_MS, reconnectStrategy: retryMs };
  const copy = client.duplicate({
    ...SETTINGS,
    defaults: { ...options.defaults, ...SETTINGS, name, socket },
    useReplicas: false,
  });
  const connection = new NodeRedisClusterConnection(copy);
  await copy.connect();
  return connection;
}

/** What both have: listeners, and channels. */
abstract class Listening {
  readonly #heard = new Set<(channel: string, message: Buffer) => void>();
  readonly #lost = new Set<() => void>();
  readonly #ready = new Set<() => void>();

  protected readonly hear: Hear = (message, channel) => {
    for (const listener of this.#heard) listener(channel.toString(), message);
  };

  onMessage(listener: (channel: string, message: Buffer) => void): void {
    this.#heard.add(listener);
  }

  onLost(listener: () => void): void {
    this.#lost.add(listener);
  }

  onReady(listener: () => void): void {
    this.#ready.add(listener);
  }

  protected tellLost(): void {
    for (const listener of this.#lost) listener();
  }

  protected tellReady(): void {
    for (const listener of this.#ready) listener();
  }
}

/** By node-redis, to one server. */
class NodeRedisConnection extends Listening implements RedisConnection {
  readonly isCluster = false;
  readonly #pulse = new Pulse(
    () => this.send('PING'),
    () => this.#leave(),
  );
  #wasUp = false;

  constructor(private readonly client: Client) {
    super();
    const noteLoss = (): void => {
      if (!this.#wasUp || client.isReady) return;
      this.#wasUp = false;
      this.tellLost();
    };
    client.on('error', noteLoss);
    client.on('end', noteLoss);
    client.on('ready', () => {
      this.#wasUp = true;
      this.tellReady();
    });
  }

  get database(): number {
    return this.client.options?.database ?? 0;
  }

  get isUp(): boolean {
    return this.client.isReady;
  }

  async send(name: string, ...args: readonly Argument[]): Promise<unknown> {
    try {
      return await this.client.sendCommand(written(name, args), AS_BYTES);
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('READONLY')) this.#leave();
      throw refused(error);
    }
  }

  async primaries(): Promise<readonly Sender[]> {
    return [this];
  }

  async subscribe(channel: string): Promise<void> {
    // By itself node-redis keeps it for later.
    if (!this.isUp) throw new RefusedError('The client is offline');
    await this.client.sSubscribe(channel, this.hear, true);
  }

  async unsubscribe(channel: string): Promise<void> {
    await this.client.sUnsubscribe(channel, this.hear, true);
  }

  disconnect(): void {
    this.#pulse.stop();
    if (this.client.isOpen) this.client.destroy();
  }

  /** A server that has become a replica, or is silent, is left: under the same name there may be another. */
  #leave(): void {
    if (!this.client.isReady) return;
    this.client.destroy();
    this.client.connect().catch(() => undefined);
  }
}

/** By node-redis, to a cluster: of which it learns by itself who has what. */
class NodeRedisClusterConnection extends Listening implements RedisConnection {
  readonly isCluster = true;
  readonly database = 0;

  constructor(private readonly cluster: ClusterClient) {
    super();
    cluster.on('error', () => undefined);
    cluster.on('node-error', () => undefined);
    cluster.on('node-reconnecting', () => this.tellLost());
    cluster.on('node-ready', () => this.tellReady());
  }

  get isUp(): boolean {
    return this.cluster.isOpen && this.cluster.masters.every(({ client }) => client === undefined || client.isReady);
  }

  async send(name: string, ...args: readonly Argument[]): Promise<unknown> {
    try {
      return await this.cluster.sendCommand(keyOf(name, args), false, written(name, args), AS_BYTES);
    } catch (error) {
      throw refused(error);
    }
  }

  async primaries(): Promise<readonly Sender[]> {
    const clients = await Promise.all(this.cluster.masters.map((each) => this.cluster.nodeClient(each)));
    return clients.map((client) => ({
      send: (name, ...args) =>
        client.sendCommand(written(name, args), AS_BYTES).catch((error: unknown) => {
          throw refused(error);
        }),
    }));
  }

  async subscribe(channel: string): Promise<void> {
    await this.cluster.sSubscribe(channel, this.hear, true);
  }

  async unsubscribe(channel: string): Promise<void> {
    await this.cluster.sUnsubscribe(channel, this.hear, true);
  }

  disconnect(): void {
    if (this.cluster.isOpen) this.cluster.destroy();
  }
}

const written = (name: string, args: readonly Argument[]): (string | Buffer)[] => [
  name,
  ...args.map((each) => (typeof each === 'number' ? String(each) : each)),
];

/** The first: which server of a cluster is asked. Scripts have it behind their text and the number of keys. */
const keyOf = (name: string, args: readonly Argument[]): string | undefined => {
  const key = name.startsWith('EVAL') ? args[2] : args[0];
  return key === undefined ? undefined : String(key);
};

/** A server's refusal begins with its code, in capitals. What is closed, or offline, has sent nothing. */
const refused = (error: unknown): unknown =>
  error instanceof Error && /^([A-Z]{2,} |The client is (closed|offline)\b)/.test(error.message)
    ? new RefusedError(error.message, { cause: error })
    : error;
