import type { RoomsLogger, RoomStore } from '@greenroom/rooms';
import { Database } from './database.js';
import { migrate } from './migrations.js';
import { PostgresRoomStore } from './postgres-store.js';
import { PostgresUnfitError } from './unfit-error.js';

export interface PostgresOptions {
  /** `postgres://user:password@host:5432/database`; with TLS `?sslmode=verify-full`. */
  readonly url: string;
  /** Where the tables are: of the apps in one database each has its own. @default 'greenroom' */
  readonly schema?: string;
  /** At most so many at a time; what finds none waits. @default 10 */
  readonly connections?: number;
  /** How long a connection is waited for, a free one or a new one, milliseconds. @default 5000 */
  readonly connectMs?: number;
  /** How long the answer to a statement is waited for, milliseconds. Then it may have been done. @default 10000 */
  readonly statementMs?: number;
  /** @default silent */
  readonly logger?: RoomsLogger;
}

const DEFAULTS = { schema: 'greenroom', connections: 10, connectMs: 5000, statementMs: 10_000 } as const;

/** What needs no quotes, so that it reads the same wherever it stands. */
const SCHEMA = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * Connects, and brings the schema up to date.
 * @throws PostgresUnfitError when the server cannot be reached or used.
 */
export async function openPostgresStore(options: PostgresOptions): Promise<RoomStore> {
  const { schema, ...rest } = { ...DEFAULTS, ...options };
  if (!SCHEMA.test(schema)) throw new PostgresUnfitError(`A schema cannot be called ${JSON.stringify(schema)}.`);
  const database = new Database(rest);
  try {
    await migrate(database, schema);
    const [server] = await database.run(`select current_setting('fsync') as fsync`, []);
    if (server?.['fsync'] === 'off')
      options.logger?.warn('PostgreSQL runs with fsync off: a power failure can cost the whole database.', {});
    return new PostgresRoomStore(database, schema);
  } catch (error) {
    await database.close();
    if (error instanceof PostgresUnfitError) throw error;
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PostgresUnfitError(`PostgreSQL cannot be used: ${why}`, { cause: error });
  }
}
