import { createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { RoomStore } from '@greenroom/rooms';
import { PostgresServer } from '../../../scripts/postgres-server.mjs';
import { Database } from './database.js';
import { openPostgresStore, type PostgresOptions } from './open-postgres.js';

/** The real server of one spec file, on which each test has schemas of its own. */
export class TestPostgres {
  #server: PostgresServer | undefined;
  #schemas = 0;
  readonly #open: { close(): Promise<void> }[] = [];

  constructor(settings: Readonly<Record<string, string>> = {}) {
    // The first one on a machine is downloaded.
    beforeAll(async () => void (this.#server = await PostgresServer.start(settings)), 120_000);
    afterEach(async () => {
      for (const each of this.#open.splice(0).toReversed()) await each.close();
    });
    afterAll(() => this.#server?.close());
  }

  get server(): PostgresServer {
    if (this.#server === undefined) throw new Error('postgres runs within tests only');
    return this.#server;
  }

  /** One that no other test has. */
  schema(): string {
    return `app${(this.#schemas += 1)}`;
  }

  /** Closed after the test, also one that fails. */
  closing<T extends { close(): Promise<void> }>(what: T): T {
    this.#open.push(what);
    return what;
  }

  /** Closed after the test. */
  async store(schema: string, options: Partial<PostgresOptions> = {}): Promise<RoomStore> {
    return this.closing(await openPostgresStore({ url: this.server.url, schema, connections: 4, ...options }));
  }

  /** A server that lets everybody in and answers each statement with an ERROR. @returns its port. */
  async impostor(code: string): Promise<number> {
    const error = message('E', `SERROR\0VERROR\0C${code}\0Mno\0\0`);
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write(Buffer.concat([message('R', '\0\0\0\0'), message('Z', 'I')]));
        socket.on('data', (asked) => {
          // 'X': that was all.
          if (asked.toString('latin1').startsWith('X')) socket.end();
          else socket.write(Buffer.concat([error, message('Z', 'I')]));
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
    this.closing({ close });
    return (server.address() as AddressInfo).port;
  }

  /** For statements of the test's own; closed after it. */
  database(options: { readonly url?: string; readonly connections?: number } = {}): Database {
    const limits = { connections: 2, connectMs: 5000, statementMs: 5000 };
    return this.closing(new Database({ url: this.server.url, ...limits, ...options }));
  }
}

/** Of PostgreSQL's protocol: a letter, the length of the rest, the rest. */
function message(letter: string, body: string): Buffer {
  const head = Buffer.alloc(5);
  head.write(letter);
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, Buffer.from(body, 'latin1')]);
}
