/** See postgres-server.mjs. */
export declare class PostgresServer {
  readonly port: number;
  readonly dir: string;
  readonly url: string;
  readonly pid: number | undefined;
  static start(settings?: Readonly<Record<string, string>>): Promise<PostgresServer>;
  start(): Promise<void>;
  kill(signal?: NodeJS.Signals): Promise<void>;
  close(): Promise<void>;
}
