import { describe, expect, it } from '@jest/globals';
import { roomStoreContract, serverHarness } from '@greenroom/testing/contracts';
import { PostgresRoomStore } from './postgres-store.js';
import { TestPostgres } from './postgres.fixture.js';
import { Turns } from './turns.fixture.js';

const postgres = new TestPostgres();

roomStoreContract('PostgresRoomStore', () => {
  const schema = postgres.schema();
  return serverHarness(
    () => postgres.store(schema),
    async () => {
      await postgres.server.kill();
      await postgres.server.start();
    },
  );
});

const A = 'chat/cats';

describe('PostgresRoomStore', () => {
  it('of two stores on one database the later owner has the room, and the late one is fenced whatever it writes', async () => {
    const schema = postgres.schema();
    const [one, two] = [await postgres.store(schema), await postgres.store(schema)];
    const first = await Turns.claim(one, A);
    await first.commit(2);
    const second = await Turns.claim(two, A, 'b');
    const late = [
      first.commit(3),
      first.commit(4, { durability: 'commit' }),
      first.commit(4, { durability: 'memory' }),
      one.saveSnapshot(A, first, { seq: 2, state: 0 }, { index: 9, seq: 9, after: 9 }, 9),
    ];
    for (const outcome of await Promise.allSettled(late))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'FencedError' } });
    await second.commit(4);
    expect((await one.read(A, { limit: 9 })).map(({ epoch, seq }) => [epoch, seq])).toEqual([
      [first.epoch, 1],
      [first.epoch, 2],
      [second.epoch, 3],
      [second.epoch, 4],
    ]);
  });

  it('an owner that appends without a pause cannot keep another from claiming, and has nothing above its barrier', async () => {
    const schema = postgres.schema();
    const [one, two] = [await postgres.store(schema), await postgres.store(schema)];
    const first = await Turns.claim(one, A);
    const acked: number[] = [];
    const writing = (async () => {
      for (let seq = 2; ; seq += 1) {
        await first.commit(seq);
        acked.push(seq);
      }
    })();
    const fenced = expect(writing).rejects.toMatchObject({ name: 'FencedError' });
    const { epoch, barrier } = await Turns.claim(two, A, 'b');
    await fenced;
    const log = await two.read(A, { limit: 10_000 });
    expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: barrier }, (_, i) => i + 1));
    expect(log.at(-1)).toMatchObject({ epoch, input: { type: 'barrier', owner: 'b' } });
    expect(acked).toEqual(Array.from({ length: barrier - 2 }, (_, i) => i + 2));
  });

  it('redacts in order with appends that do not wait', async () => {
    const store = await postgres.store(postgres.schema());
    const turns = await Turns.claim(store, A);
    await turns.commit(2);
    await Promise.all([turns.commit(3, { redact: [2] }), turns.commit(4, { redact: [3] }), turns.commit(5)]);
    const events = (await store.read(A, { limit: 9 })).flatMap((entry) => entry.events);
    expect(events.map(({ data }) => data)).toEqual([null, null, 'secret 4', 'secret 5']);
  });

  it('each commit is as durable as was asked for, whatever the default, and leaves nothing on its connection', async () => {
    const schema = postgres.schema();
    await postgres.store(schema);
    const database = postgres.database({ connections: 1 });
    // Fires at the commit itself.
    await database.run(`create table ${schema}.levels (id serial, level text)`, []);
    await database.run(
      `create function ${schema}.tell() returns trigger language plpgsql as
      $$ begin insert into ${schema}.levels (level) values (current_setting('synchronous_commit')); return null; end $$`,
      [],
    );
    await database.run(
      `create constraint trigger tell after insert or update on ${schema}.rooms deferrable initially deferred
      for each row execute function ${schema}.tell()`,
      [],
    );
    const store = new PostgresRoomStore(database, schema);
    const turns = await Turns.claim(store, A);
    await turns.commit(2, { durability: 'fsync' });
    await turns.commit(3, { durability: 'commit' });
    await turns.commit(4, { durability: 'memory' });
    await store.saveSnapshot(A, turns, { seq: 3, state: 0 }, { index: 0, seq: 0, after: 0 }, undefined);
    const levels = await database.run(`select level from ${schema}.levels order by id`, []);
    expect(levels.map(({ level }) => level)).toEqual(['on', 'on', 'off', 'on']);
    const [left] = await database.run(
      `select current_setting('synchronous_commit') as level, (select count(*) from pg_prepared_statements)::int as prepared,
        (select count(*) from pg_locks where locktype = 'advisory')::int as locks`,
      [],
    );
    expect(left).toEqual({ level: 'off', prepared: 0, locks: 0 });
  });
});
