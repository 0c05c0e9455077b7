import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreRefusedError, type RoomStore } from '@greenroom/rooms';
import { roomStoreChecks, type RoomStoreHarness } from '@greenroom/testing';
import { program } from '../../../scripts/debian.mjs';
import { ChildStore } from './child-store.fixture.js';
import { openLmdbStore } from './lmdb-store.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CRASH = fileURLToPath(new URL('../fixtures/crash.mjs', import.meta.url));

let home: string;
beforeAll(async () => {
  // The children run the built lib: Node cannot run the source.
  await promisify(execFile)(join(ROOT, 'node_modules/.bin/tsc'), ['-b', 'libs/store-lmdb'], { cwd: ROOT });
});
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'greenroom-'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

describe('a store whose process is killed with kill -9', () => {
  const harness = (): RoomStoreHarness => {
    let store: ChildStore | undefined;
    const open = (): Promise<RoomStore> => (store = new ChildStore(join(home, 'data'))).open();
    return {
      open,
      async reopen() {
        await store?.close();
        return open();
      },
      async crash() {
        await store?.kill();
        return open();
      },
      close: async () => store?.close(),
    };
  };

  for (const check of roomStoreChecks(harness()).get('durability') ?? []) {
    it(check.title, async () => {
      const fresh = harness();
      await check.run(fresh);
      await fresh.close();
    });
  }
});

it('a process that fails while its store writes ends, says why, and has lost nothing that was acknowledged', async () => {
  const dir = join(home, 'data');
  // lmdb's thread and the process would wait for each other, in most goes of ten.
  for (let go = 0; go < 5; go += 1) {
    const child = promisify(execFile)(process.execPath, [CRASH, dir], { timeout: 10_000, killSignal: 'SIGTERM' });
    const failure = (await child.catch((error: unknown) => error)) as Record<'stdout' | 'stderr' | 'signal', string>;
    expect(failure).toMatchObject({ stdout: 'acked\n', stderr: expect.stringContaining('nobody catches it') });
    expect(failure.signal).not.toBe('SIGTERM');
  }
  const store = await openLmdbStore({ dir });
  expect(await store.list('chat', 10)).toContain('acked');
  await store.close();
});

describe('the data directory', () => {
  it('is refused to a second process while the first runs, in a sentence that names it', async () => {
    const first = await new ChildStore(home).open();
    await expect(openLmdbStore({ dir: home })).rejects.toThrow(
      `${home} is in use by process ${first.pid}: stop it, or use another directory.`,
    );
    await first.close();
    await (await openLmdbStore({ dir: home })).close();
  });

  it('is taken over from a process that was killed', async () => {
    const first = await new ChildStore(home).open();
    await first.claim('chat/cats', 'a', 1000, true);
    await first.kill();
    expect(existsSync(join(home, 'lock'))).toBe(true);
    const second = await openLmdbStore({ dir: home });
    expect(await second.list('chat', 10)).toEqual(['cats']);
    await second.close();
  });

  it('is taken over by exactly one of several that start at once', async () => {
    for (let round = 0; round < 3; round += 1) {
      await (await new ChildStore(home).open()).kill();
      const starting = Array.from({ length: 4 }, () => new ChildStore(home));
      await Promise.all(starting.map((store) => store.ready()));
      const outcomes = await Promise.allSettled(starting.map((store) => store.openNow()));
      const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []));
      expect(refusals).toHaveLength(3);
      for (const refusal of refusals) expect(refusal.message).toMatch(/is in use by process \d+: stop it/);
      for (const [i, outcome] of outcomes.entries()) if (outcome.status === 'fulfilled') await starting[i]?.close();
    }
  });
});

describe('a full disk', () => {
  it('refuses what does not fit, keeps what was acknowledged, and takes writes again once there is room', async () => {
    const store = await new ChildStore(join(home, 'data'), 'ulimit -S -f 3000').open();
    const claim = await store.claim('chat/cats', 'a', 1000, true);
    const fence = { epoch: claim?.epoch ?? 0, owner: 'a' };
    const write = (seq: number): Promise<number> => {
      const data = 'x'.repeat(50_000);
      const input = { type: 'outside', event: data } as const;
      const entry = { ...fence, seq, last: seq, index: 0, at: seq, id: `e${seq}`, seed: 0, input, events: [] };
      return store.append('chat/cats', fence, { entries: [entry], durability: 'fsync', deadline: undefined });
    };
    let acked = 1;
    const refusal = await (async () => {
      for (; acked < 200; acked += 1) await write(acked + 1);
    })().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StoreRefusedError);
    expect(acked).toBeGreaterThan(5);
    await expect(write(acked + 1)).rejects.toBeInstanceOf(StoreRefusedError);
    const last = async (): Promise<number> => (await store.read('chat/cats', { limit: 1000 })).at(-1)?.seq ?? 0;
    expect(await last()).toBe(acked);
    execFileSync(program('prlimit', 'util-linux'), ['--pid', String(store.pid), '--fsize=unlimited:unlimited']);
    await write(acked + 1);
    expect(await last()).toBe(acked + 1);
    await store.close();
    const opened = await openLmdbStore({ dir: join(home, 'data') });
    expect(await opened.read('chat/cats', { limit: 1000 })).toHaveLength(acked + 1);
    await opened.close();
  });
});
