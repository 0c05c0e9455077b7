import { afterEach, describe, expect, it } from '@jest/globals';
import { faultProxy } from '@greenroom/testing/faults';
import { TestPostgres } from './postgres.fixture.js';
import { Turns } from './turns.fixture.js';

const postgres = new TestPostgres();
const A = 'chat/cats';
const REFUSED = { name: 'StoreRefusedError' };

describe('when PostgreSQL fails', () => {
  afterEach(() => postgres.server.kill('SIGCONT'));

  it('killed amid appends, and started again: nothing acknowledged is lost, nothing appears twice, and the store goes on', async () => {
    const store = await postgres.store(postgres.schema());
    const rooms = await Promise.all(['chat/a', 'chat/b', 'chat/c'].map((address) => Turns.claim(store, address)));
    for (let round = 0; round < 3; round += 1) {
      const acked = new Map<string, string[]>();
      const lives = rooms.map(async ({ address }) => {
        const room = await Turns.claim(store, address, `owner ${round}`);
        const said: string[] = [];
        acked.set(address, said);
        // Until the server dies.
        for (let seq = room.barrier + 1; ; seq += 1) {
          const outcome = await room.commit(seq).catch(() => undefined);
          if (outcome === undefined) return;
          said.push(`${room.epoch}.${seq}`);
        }
      });
      while (acked.size < rooms.length || [...acked.values()].some(({ length }) => length < 10))
        await store.list('chat', 1);
      await postgres.server.kill();
      await Promise.all(lives);
      await postgres.server.start();
      for (const [address, said] of acked) {
        const log = await healed(() => store.read(address, { limit: 10_000 }));
        const ids = log.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.filter((id) => said.includes(id))).toEqual(said);
        expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
      }
    }
  });

  it('what is not answered when the connection is lost may have been written, and is not said to be refused', async () => {
    const schema = postgres.schema();
    const direct = await postgres.store(schema);
    const proxy = postgres.closing(await faultProxy({ target: { port: postgres.server.port } }));
    const url = postgres.server.url.replace(String(postgres.server.port), String(proxy.port));
    const store = await postgres.store(schema, { url, connections: 1, statementMs: 500 });
    const room = await Turns.claim(store, A);
    // The answer comes too late.
    proxy.set({ delayMs: 200 });
    const outcome = room.commit(2).catch((error: unknown) => error);
    while ((await direct.read(A, { limit: 9 })).length < 2);
    proxy.cut('reset');
    expect(await outcome).toMatchObject({ name: 'Error' });
    // Nothing can have been sent where there is no connection.
    proxy.target(undefined);
    await expect(room.commit(3)).rejects.toMatchObject(REFUSED);
    proxy.target({ port: postgres.server.port });
    proxy.set({ delayMs: 0 });
    await room.commit(3);
  });

  it('a server that hangs: each call is given up in time, closing too; what it did then is seen once it goes on', async () => {
    const schema = postgres.schema();
    const store = await postgres.store(schema, { connections: 2, connectMs: 200, statementMs: 200 });
    const room = await Turns.claim(store, A);
    await postgres.server.kill('SIGSTOP');
    const commit = room.commit(2);
    // It has the connection before the others ask for one.
    await new Promise((resolve) => setImmediate(resolve));
    const calls = [commit, store.read(A, { limit: 1 }), store.check(), store.due(1, 1), store.list('chat', 1)];
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.map(({ status }) => status)).toEqual(calls.map(() => 'rejected'));
    expect(outcomes[0]).not.toMatchObject({ reason: REFUSED });
    await store.close();
    await postgres.server.kill('SIGCONT');
    const again = await postgres.store(schema);
    const next = await Turns.claim(again, A, 'b');
    expect((await again.read(A, { limit: 9 })).at(-1)?.epoch).toBe(next.epoch);
    await expect(again.append(A, room, room.batch(next.barrier + 1))).rejects.toMatchObject({ name: 'FencedError' });
  });

  it('a pool that is used up: what finds no connection in time is refused and not done later; what is slow is done', async () => {
    const schema = postgres.schema();
    const store = await postgres.store(schema, { connections: 1, connectMs: 100 });
    const [room, other] = [await Turns.claim(store, A), await Turns.claim(store, 'chat/dogs')];
    let slow: Promise<number> | undefined;
    await postgres.database().transaction(async (client) => {
      await client.query(`select from ${schema}.rooms where address = $1 for update`, [A]);
      slow = room.commit(2);
      await expect(other.commit(2)).rejects.toMatchObject(REFUSED);
      await expect(store.check()).rejects.toMatchObject(REFUSED);
    });
    await slow;
    expect(await store.read('chat/dogs', { limit: 9 })).toHaveLength(1);
    await other.commit(2);
  });

  it('what the server refuses is a refusal, and the connection serves the next call', async () => {
    const schema = postgres.schema();
    const store = await postgres.store(schema, { connections: 1 });
    const room = await Turns.claim(store, A);
    const database = postgres.database();
    const connections = () =>
      database.run(`select pid from pg_stat_activity where datname = 'postgres' and query like $1`, [`%${schema}.%`]);
    const before = await connections();
    await database.run(`alter table ${schema}.entries add constraint no_2 check (seq <> 2)`, []);
    await expect(room.commit(2, { deadline: 5, snapshot: { seq: 1, state: 0 } })).rejects.toMatchObject(REFUSED);
    expect(await store.due(9, 9)).toEqual([]);
    await database.run(`alter table ${schema}.entries drop constraint no_2`, []);
    await room.commit(2);
    expect(before).toHaveLength(1);
    expect(await connections()).toEqual(before);
  });

  it('a connection that an administrator ends is replaced', async () => {
    const schema = postgres.schema();
    const store = await postgres.store(schema, { connections: 1 });
    const room = await Turns.claim(store, A);
    await postgres
      .database()
      .run(`select pg_terminate_backend(pid) from pg_stat_activity where query like $1`, [`%${schema}.rooms%`]);
    await healed(() => store.list('chat', 1));
    await room.commit(2);
  });

  it('what is said in the place of a server that is lost is no refusal, though it is called an error', async () => {
    for (const [code, name] of [
      ['08P01', 'error'],
      ['40003', 'error'],
      ['57P01', 'error'],
      ['23505', 'StoreRefusedError'],
    ] as const) {
      const port = await postgres.impostor(code);
      const database = postgres.database({ url: `postgres://greenroom@127.0.0.1:${port}/postgres` });
      await expect(database.run('select 1', [])).rejects.toMatchObject({ name });
    }
  });

  it('a store that is opened where there is no server says so in a sentence', async () => {
    await expect(postgres.store('app', { url: 'postgres://greenroom@127.0.0.1:1/postgres' })).rejects.toThrow(
      expect.objectContaining({ name: 'PostgresUnfitError', message: expect.stringContaining('ECONNREFUSED') }),
    );
  });
});

/** Each connection that was lost may cost one call. */
async function healed<T>(call: () => Promise<T>): Promise<T> {
  for (let times = 0; times < 4; times += 1) {
    try {
      return await call();
    } catch {
      // The next one has another connection.
    }
  }
  return call();
}
