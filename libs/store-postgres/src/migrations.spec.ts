import { describe, expect, it } from '@jest/globals';
import { TestPostgres } from './postgres.fixture.js';
import { Turns } from './turns.fixture.js';

const postgres = new TestPostgres();

describe('the schema', () => {
  it('is made once by several nodes that start at once, and all of them write', async () => {
    for (let round = 0; round < 5; round += 1) {
      const schema = postgres.schema();
      const stores = await Promise.all(Array.from({ length: 4 }, () => postgres.store(schema)));
      const rooms = await Promise.all(stores.map((store, i) => Turns.claim(store, `chat/${i}`)));
      await Promise.all(rooms.map((room) => room.commit(2)));
      expect(await stores[0]?.list('chat', 9)).toEqual(['0', '1', '2', '3']);
      const versions = await postgres.database().run(`select version from ${schema}.migrations`, []);
      expect(versions).toEqual([{ version: 1 }]);
    }
  });

  it('of a later Greenroom is refused, and left as it is', async () => {
    const schema = postgres.schema();
    await (await postgres.store(schema)).close();
    const database = postgres.database();
    await database.run(`insert into ${schema}.migrations (version) values (99)`, []);
    await expect(postgres.store(schema)).rejects.toThrow(
      expect.objectContaining({ name: 'PostgresUnfitError', message: expect.stringContaining('version 99') }),
    );
    expect(await database.run(`select version from ${schema}.migrations order by 1`, [])).toHaveLength(2);
  });

  it('that cannot be finished is not begun', async () => {
    const schema = postgres.schema();
    const database = postgres.database();
    await database.run(`create schema ${schema}`, []);
    // In the way of a later statement.
    await database.run(`create table ${schema}.probe ()`, []);
    await expect(postgres.store(schema)).rejects.toMatchObject({ name: 'PostgresUnfitError' });
    const tables = await database.run(`select tablename from pg_tables where schemaname = $1`, [schema]);
    expect(tables).toEqual([{ tablename: 'probe' }]);
    await database.run(`drop table ${schema}.probe`, []);
    await (await postgres.store(schema)).check();
  });

  it('that belongs to somebody else is refused, whatever versions they count, and left as it is', async () => {
    const database = postgres.database();
    for (const column of ['version int', 'version text', 'name text']) {
      const schema = postgres.schema();
      await database.run(`create schema ${schema}`, []);
      await database.run(`create table ${schema}.migrations (${column})`, []);
      await database.run(`insert into ${schema}.migrations values ('1')`, []);
      await expect(postgres.store(schema)).rejects.toThrow(
        expect.objectContaining({ name: 'PostgresUnfitError', message: expect.stringContaining("is not Greenroom's") }),
      );
      const tables = await database.run(`select tablename from pg_tables where schemaname = $1`, [schema]);
      expect(tables).toEqual([{ tablename: 'migrations' }]);
    }
  });

  it('once made, is served by a role that may read and write its rows and nothing else', async () => {
    const schema = postgres.schema();
    await postgres.store(schema);
    const database = postgres.database();
    await database.run(`create role app login`, []);
    await database.run(`grant usage on schema ${schema} to app`, []);
    await database.run(`grant select, insert, update, delete on all tables in schema ${schema} to app`, []);
    const store = await postgres.store(schema, { url: postgres.server.url.replace('greenroom@', 'app@') });
    const room = await Turns.claim(store, 'chat/cats');
    await room.commit(2, { redact: [1], snapshot: { seq: 2, state: 0 } });
    await store.saveSnapshot('chat/cats', room, { seq: 2, state: 0 }, { index: 9, seq: 9, after: 9 }, 1);
    await store.check();
    expect(await store.due(1, 1)).toHaveLength(1);
  });

  it('has a name that needs no quotes', async () => {
    await expect(postgres.store('a"; drop schema public')).rejects.toMatchObject({ name: 'PostgresUnfitError' });
  });
});
