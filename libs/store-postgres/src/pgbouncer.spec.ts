import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RoomStore } from '@greenroom/rooms';
import { roomStoreContract, serverHarness } from '@greenroom/testing/contracts';
import { PgBouncer } from '../../../scripts/pgbouncer-server.mjs';
import { TestPostgres } from './postgres.fixture.js';
import { Turns } from './turns.fixture.js';

const postgres = new TestPostgres();
let bouncer: PgBouncer;
// The first one on a machine is downloaded.
beforeAll(async () => void (bouncer = await PgBouncer.start(postgres.server.port)), 120_000);
afterAll(() => bouncer?.close());

/** More connections than the pooler has: it takes turns with them. */
const open = (schema: string): Promise<RoomStore> => postgres.store(schema, { url: bouncer.url, connections: 6 });

roomStoreContract('PostgresRoomStore behind PgBouncer in transaction mode', () => {
  const schema = postgres.schema();
  return serverHarness(() => open(schema));
});

describe('PostgresRoomStore behind PgBouncer', () => {
  it('is opened by several nodes at once, which share its connections and leave nothing on them', async () => {
    const schema = postgres.schema();
    const stores = await Promise.all(Array.from({ length: 4 }, () => open(schema)));
    const rooms = await Promise.all(stores.map((store, i) => Turns.claim(store, `chat/${i}`)));
    for (let seq = 2; seq < 20; seq += 1)
      await Promise.all(rooms.map((room, i) => room.commit(seq, { durability: i % 2 === 0 ? 'fsync' : 'commit' })));
    for (const store of stores) expect(await store.list('chat', 9)).toEqual(['0', '1', '2', '3']);
    const [server] = await postgres
      .database()
      .run(
        `select count(*)::int as connections from pg_stat_activity where query like $1 and pid <> pg_backend_pid()`,
        [`%${schema}.%`],
      );
    expect(server).toEqual({ connections: 2 });
    const pooled = postgres.database({ url: bouncer.url, connections: 1 });
    for (let look = 0; look < 4; look += 1) {
      const [left] = await pooled.run(
        `select current_setting('synchronous_commit') as level, (select count(*) from pg_prepared_statements where from_sql)::int
          as prepared, (select count(*) from pg_locks where locktype = 'advisory')::int as locks`,
        [],
      );
      expect(left).toEqual({ level: 'off', prepared: 0, locks: 0 });
    }
  });

  it('what a server that died behind it was to do is not said to be refused, and the store goes on', async () => {
    const schema = postgres.schema();
    const store = await open(schema);
    const room = await Turns.claim(store, 'chat/cats');
    let slow: Promise<unknown> = Promise.resolve();
    const database = postgres.database();
    const holding = database.transaction(async (client) => {
      await client.query(`select from ${schema}.rooms for update`);
      slow = room.commit(2).catch((error: unknown) => error);
      const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like $1`;
      while ((await database.run(waiting, [`%${schema}.%`])).length === 0);
      await postgres.server.kill();
    });
    await expect(holding).rejects.toThrow();
    expect(await slow).toBeInstanceOf(Error);
    expect(await slow).not.toMatchObject({ name: 'StoreRefusedError' });
    await postgres.server.start();
    for (let times = 0; times < 20; times += 1) {
      try {
        await store.check();
        break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    const next = await Turns.claim(store, 'chat/cats', 'b');
    await next.commit(next.barrier + 1);
  });
});
