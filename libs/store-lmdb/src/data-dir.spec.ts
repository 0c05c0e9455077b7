import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeValue } from '@greenroom/protocol/values';
import { open } from 'lmdb';
import { DataDirError, lockDataDir } from './data-dir.js';
import { openLmdbStore } from './lmdb-store.js';
import { isRunning, thisProcess } from './process-mark.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'greenroom-'));
});
afterEach(() => {
  chmodSync(home, 0o700);
  rmSync(home, { recursive: true });
});

/** The message of the DataDirError with which opening the directory fails. */
async function refusal(dir: string): Promise<string> {
  const outcome: unknown = await openLmdbStore({ dir }).catch((error: unknown) => error);
  return outcome instanceof DataDirError ? outcome.message : `no DataDirError but ${String(outcome)}`;
}

describe('the data directory', () => {
  it('is made when it is not there, for its owner alone, and given back when the store is closed', async () => {
    const dir = join(home, 'a/b');
    const store = await openLmdbStore({ dir });
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(existsSync(join(dir, 'lock'))).toBe(true);
    await store.close();
    await store.close();
    expect(existsSync(join(dir, 'lock'))).toBe(false);
  });

  it.each(['rooms.d', '.rooms', 'tmp.Xy3', 'with a space'])('may be called %s', async (name) => {
    const dir = join(home, name);
    for (let i = 0; i < 2; i += 1) {
      const store = await openLmdbStore({ dir });
      await store.check();
      await store.close();
    }
    expect(readdirSync(home)).toEqual([name]);
    expect(existsSync(join(dir, 'data.mdb'))).toBe(true);
  });

  it('is refused to a second store of the same process', async () => {
    const store = await openLmdbStore({ dir: home });
    expect(await refusal(home)).toBe(
      `${home} is in use by a store of this process (${process.pid}): close that one first.`,
    );
    await store.close();
  });

  it('is not held by a lock of a dead process whose pid is in use again, nor by one that makes no sense', async () => {
    const stale = [{ pid: process.pid, started: 'boot/1' }, { pid: 2 ** 30, started: '' }, 'null', '{', ''];
    for (const lock of stale) {
      writeFileSync(join(home, 'lock'), typeof lock === 'string' ? lock : JSON.stringify(lock));
      await (await openLmdbStore({ dir: home })).close();
    }
  });

  it('is looked at again once no other process can be in it, by one that has seen it free', () => {
    const holder = JSON.stringify(thisProcess());
    const takenMeanwhile = (work: () => void): void => {
      writeFileSync(join(home, 'lock'), holder);
      work();
    };
    expect(() => lockDataDir(home, takenMeanwhile)).toThrow(DataDirError);
    expect(readFileSync(join(home, 'lock'), 'utf8')).toBe(holder);
  });

  it('is refused when it is a file, or below one', async () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    expect(await refusal(file)).toBe(`${file} is not a directory.`);
    expect(await refusal(join(file, 'below'))).toBe(`${file}/below is not a directory.`);
  });

  it('is refused where there is a folder that takes no other', async () => {
    expect(await refusal('/proc/greenroom/data')).toContain('/proc/greenroom/data cannot be ');
  });

  it('is refused when it cannot be written to', async () => {
    // To root, only what the kernel itself refuses.
    const dir = process.getuid?.() === 0 ? '/sys/greenroom' : home;
    if (dir === home) chmodSync(home, 0o500);
    expect(await refusal(dir)).toBe(`${dir} cannot be written to by this user.`);
  });

  it('is refused, unlocked again, when a later Greenroom wrote its data', async () => {
    await (await openLmdbStore({ dir: home })).close();
    const root = open({ path: home, maxDbs: 2 });
    await root.openDB('about', { encoding: 'binary' }).put('format', encodeValue(2));
    await root.close();
    expect(await refusal(home)).toBe(`${home} holds data of format 2; this Greenroom reads format 1.`);
    expect(existsSync(join(home, 'lock'))).toBe(false);
  });
});

describe('the mark of a process', () => {
  it('is running for this one, and for no other with its pid', () => {
    expect(isRunning(thisProcess())).toBe(true);
    expect(isRunning({ ...thisProcess(), started: 'another boot/1' })).toBe(process.platform !== 'linux');
  });
});
