/** See redis-server.mjs. */
export declare class RedisServer {
  readonly port: number;
  readonly busPort: number;
  readonly dir: string;
  readonly url: string;
  readonly pid: number | undefined;
  readonly isRunning: boolean;
  static start(settings?: readonly string[]): Promise<RedisServer>;
  start(): Promise<void>;
  kill(signal?: NodeJS.Signals): Promise<void>;
  close(): Promise<void>;
}

export declare class RedisSentinel extends RedisServer {}
