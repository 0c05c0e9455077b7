import { Socket } from 'node:net';
import { StoreRefusedError } from '@greenroom/rooms';
import pg from 'pg';

export interface DatabaseOptions {
  readonly url: string;
  readonly connections: number;
  readonly connectMs: number;
  readonly statementMs: number;
}

export type Row = Readonly<Record<string, unknown>>;

/**
 * A bounded pool of connections. A call has one connection for one statement, or one transaction: nothing is left on it that
 * a next one could miss, nor on a connection to a pooler. Calls that fail leave no connection behind that may be broken.
 */
export class Database {
  readonly #pool: pg.Pool;
  readonly #sockets = new Set<Socket>();
  readonly #calls = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(private readonly options: DatabaseOptions) {
    this.#pool = new pg.Pool({
      connectionString: options.url,
      max: options.connections,
      connectionTimeoutMillis: options.connectMs,
      query_timeout: options.statementMs,
      keepAlive: true,
      stream: () => this.#socket(),
    });
    // What went wrong is told by the calls that fail.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /**
   * One statement, a transaction of its own.
   * @throws StoreRefusedError when it was not done. Anything else: it may have been.
   */
  run(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#call(async (client) => (await client.query<Row>(text, [...values])).rows);
  }

  /** @throws StoreRefusedError when it was not done. Anything else: it may have been. */
  transaction<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    return this.#call(async (client) => {
      await client.query('begin');
      try {
        const result = await work(client);
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch(() => undefined);
        throw error;
      }
    });
  }

  /** Waits for the calls under way; a server that does not say goodbye is waited for as long as for a statement. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#calls);
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, this.options.statementMs);
    await this.#pool.end();
    clearTimeout(timer);
  }

  async #call<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw new StoreRefusedError('The store is closed.');
    const call = this.#connected(work);
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  async #connected<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    let client: pg.PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      throw new StoreRefusedError('PostgreSQL cannot be reached.', { cause: error });
    }
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      if (!isRefusal(error)) {
        client.release(true);
        throw error;
      }
      client.release();
      throw new StoreRefusedError('PostgreSQL refused the statement.', { cause: error });
    }
  }

  #socket(): Socket {
    const socket = new Socket();
    this.#sockets.add(socket);
    return socket.once('close', () => this.#sockets.delete(socket));
  }
}

/** SQLSTATE of what is said in the place of a server that is lost, or going: a pooler calls it an error like any other. */
const LOST = /^(08|40003|57P)/;

/** The server's own refusal of a statement, which it has undone then. What ends a connection (FATAL) may come after a commit. */
const isRefusal = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.severity === 'ERROR' && !LOST.test(error.code ?? '');
