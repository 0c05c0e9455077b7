/** See pgbouncer-server.mjs. */
export declare class PgBouncer {
  readonly port: number;
  readonly url: string;
  static start(serverPort: number): Promise<PgBouncer>;
  close(): Promise<void>;
}
