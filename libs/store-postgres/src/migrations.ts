import type { Database } from './database.js';
import { PostgresUnfitError } from './unfit-error.js';

/**
 * What each version of the schema adds to the one before; never changed once released.
 *
 * `rooms` is the one row that an append changes, and holds nothing large. A barrier has an `owner` and no `body`: its epoch is
 * known only while it is written. A body is what an entry has beyond its columns, in MessagePack, as is a snapshot's state.
 */
const MIGRATIONS: readonly ((schema: string) => string)[] = [
  (schema) => `
create table ${schema}.rooms (
  address text collate "C" primary key,
  epoch bigint not null,
  owner text not null,
  seq bigint not null,
  index bigint not null,
  saved bigint not null default 0,
  deadline float8
) with (fillfactor = 50);
create index rooms_deadline on ${schema}.rooms (deadline, address) where deadline is not null;
create table ${schema}.epochs (
  address text collate "C" not null,
  epoch bigint not null,
  base bigint not null,
  primary key (address, epoch)
);
create table ${schema}.entries (
  address text collate "C" not null,
  seq bigint not null,
  last bigint not null,
  epoch bigint not null,
  index bigint not null,
  at float8 not null,
  owner text,
  body bytea,
  primary key (address, seq)
);
create table ${schema}.snapshots (
  address text collate "C" primary key,
  seq bigint not null,
  state bytea not null
);
create table ${schema}.probe (id int primary key, bytes bytea not null);
alter table ${schema}.probe alter column bytes set storage external;`,
];

const LATEST = MIGRATIONS.length;

/** Said of the table of versions, by which it is told from one of somebody else's. */
const OURS = 'versions of the schema of Greenroom';

/**
 * Brings the schema to the latest version: in one transaction, one process at a time. Where it is, nothing is written, and
 * no right to create anything is needed.
 * @throws PostgresUnfitError when a later Greenroom has been there, or somebody else is.
 */
export async function migrate(database: Database, schema: string): Promise<void> {
  if ((await versionIn(schema, (text, values) => database.run(text, values))) === LATEST) return;
  await database.transaction(async (client) => {
    // Held until the end of the transaction, also behind a pooler.
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`greenroom ${schema}`]);
    const query: Query = async (text, values) => (await client.query(text, [...values])).rows;
    const version = await versionIn(schema, query);
    // To create what is there takes the right to, too.
    const [there] = await query('select exists (select from pg_namespace where nspname = $1) as schema', [schema]);
    if (there?.['schema'] !== true) await client.query(`create schema if not exists ${schema}`);
    if (version === 0)
      await client.query(`
create table ${schema}.migrations (version int primary key, at timestamptz not null default now());
comment on table ${schema}.migrations is '${OURS}'`);
    for (const [i, statements] of MIGRATIONS.entries()) {
      if (i < version) continue;
      await client.query(statements(schema));
      await client.query(`insert into ${schema}.migrations (version) values ($1)`, [i + 1]);
    }
  });
}

type Query = (text: string, values: readonly unknown[]) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** @returns 0 when there is no schema. */
async function versionIn(schema: string, query: Query): Promise<number> {
  // Not by `to_regclass`: it may answer from what this connection has looked up before it had the lock.
  const [table] = await query(
    `select obj_description(t.oid, 'pg_class') as what from pg_class t join pg_namespace n on n.oid = t.relnamespace
    where n.nspname = $1 and t.relname = 'migrations'`,
    [schema],
  );
  if (table === undefined) return 0;
  if (table['what'] !== OURS)
    throw new PostgresUnfitError(`The table ${schema}.migrations is not Greenroom's, which needs a schema of its own.`);
  const [row] = await query(`select coalesce(max(version), 0) as version from ${schema}.migrations`, []);
  const version = Number(row?.['version']);
  if (version > LATEST)
    throw new PostgresUnfitError(
      `The schema ${schema} is of version ${version}; this Greenroom knows up to ${LATEST}.`,
    );
  return version;
}
