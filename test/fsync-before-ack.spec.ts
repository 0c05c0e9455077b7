import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { program } from '../scripts/debian.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CHILD = fileURLToPath(new URL('fixtures/append.mjs', import.meta.url));
const run = promisify(execFile);

let home: string;
let strace: string;
beforeAll(async () => {
  strace = program('strace');
  home = mkdtempSync(join(tmpdir(), 'greenroom-'));
  await run(join(ROOT, 'node_modules/.bin/tsc'), ['-b', 'libs/store-lmdb'], { cwd: ROOT });
}, 240_000);
afterAll(() => {
  rmSync(home, { recursive: true });
});

/** Runs the child under strace; what it told, and the trace. */
async function traced(dir: string, durability: string, count: number, ...options: readonly string[]) {
  const trace = join(home, 'trace');
  const calls = 'trace=openat,fsync,fdatasync,msync,write,writev,pwrite64,pwritev,pwritev2';
  const child = [process.execPath, CHILD, join(home, dir), durability, String(count)];
  // One thread for the store's work, so that strace can count its calls.
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' };
  const { stdout } = await run(strace, ['-f', '-y', '-o', trace, '-e', calls, ...options, ...child], { env });
  return { told: stdout.trim().split('\n'), trace: readFileSync(trace, 'utf8') };
}

/**
 * The trace in letters, each at the moment its call returned: `w` the data file was written to, `s` it was synced,
 * `d` it was written to through a descriptor that syncs what it writes (O_DSYNC); `A` is an acknowledgement, at the
 * moment it began to be written.
 */
function letters(trace: string): string {
  const begun = new Map<string, string>();
  const syncing = new Set<string>();
  let found = '';
  for (const line of trace.split('\n')) {
    const [, pid = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (/^write\(1<.*"(ACK|CLAIMED)/.test(call)) found += 'A';
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(call);
    if (call.endsWith('<unfinished ...>')) begun.set(pid, call.slice(0, -'<unfinished ...>'.length));
    else found += letter(resumed === null ? call : `${begun.get(pid) ?? ''}${resumed[1] ?? ''}`, syncing);
  }
  return found;
}

function letter(call: string, syncing: Set<string>): string {
  const opened = /^openat\(.*data\.mdb", (\S+),? .*= (\d+)</.exec(call);
  if (opened !== null && /O_D?SYNC/.test(opened[1] ?? '')) syncing.add(opened[2] ?? '');
  const [, name = '', descriptor = '', result] = /^(\w+)\((\d+)<[^>]*data\.mdb>.* = (-?\d+)/.exec(call) ?? [];
  if (result === undefined || result.startsWith('-')) return '';
  if (name === 'fsync' || name === 'fdatasync') return 's';
  if (name.includes('write')) return syncing.has(descriptor) ? 'd' : 'w';
  return '';
}

describe('an append to a room of durability fsync', () => {
  it('is acknowledged after its pages were synced, and after the page that makes them count was', async () => {
    const { told, trace } = await traced('fsync', 'fsync', 5);
    expect(told).toEqual(['CLAIMED', 'ACK', 'ACK', 'ACK', 'ACK', 'ACK', 'CLOSED', 'KEPT 6']);
    const [opening = '', ...appends] = letters(trace).split('A').slice(0, -1);
    expect(opening).toMatch(/w+s+d+$/);
    expect(appends).toHaveLength(5);
    for (const append of appends) expect(append).toMatch(/^w+s+d+$/);
  });

  it('is never acknowledged when the sync fails; the store goes back to what is on disk, and goes on', async () => {
    await traced('eio', 'fsync', 1);
    // Of the store's thread: the claim's sync, the first append's, and the one that fails.
    const { told } = await traced('eio', 'fsync', 3, '-e', 'inject=fdatasync:error=EIO:when=3');
    expect(told).toEqual(['CLAIMED', 'ACK', 'NotFlushedError', 'StoreRefusedError', 'CLOSED', expect.any(String)]);
    // Both runs' barriers, the append of the first, and the one acknowledged. What was not flushed is not there, so what
    // was to follow it is refused.
    expect(told.at(-1)).toBe('KEPT 4');
  });
});

describe('an append to a room of durability commit', () => {
  it('is acknowledged after its pages were written', async () => {
    const { told, trace } = await traced('commit', 'commit', 5);
    expect(told.filter((line) => line === 'ACK')).toHaveLength(5);
    const [, ...appends] = letters(trace).split('A').slice(0, -1);
    for (const append of appends) expect(append).toMatch(/^w/);
  });
});
