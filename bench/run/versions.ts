import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { script } from './scripts.js';

const PACKAGES = [
  '@greenroom/nestjs',
  '@greenroom/redis',
  '@nestjs/core',
  'xstate',
  'lmdb',
  'socket.io',
  'ws',
  'ioredis',
  '@colyseus/core',
];

/** Of what was measured; packages that are not installed are left out. */
export const versions = (): Record<string, string> => {
  const { resolve } = createRequire(import.meta.url);
  const found = PACKAGES.flatMap((name) => {
    try {
      let folder = dirname(resolve(name));
      for (;;) {
        const manifest = readManifest(folder);
        if (manifest?.name === name && manifest.version !== undefined) return [[name, manifest.version]];
        if (folder === dirname(folder)) return [];
        folder = dirname(folder);
      }
    } catch {
      return [];
    }
  });
  return Object.fromEntries(found);
};

/** Of the redis-server that is run. The first one on a machine is downloaded. */
export const redisVersion = async (): Promise<Record<string, string>> => {
  const { unpackedProgram } = await script<typeof import('../../scripts/debian.mjs')>('debian.mjs');
  const said = execFileSync(unpackedProgram('redis-server'), ['--version'], { encoding: 'utf8' });
  return { 'redis-server': /v=(\S+)/.exec(said)?.[1] ?? 'unknown' };
};

const readManifest = (folder: string): { name?: string; version?: string } | undefined => {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string; version?: string };
  } catch {
    return undefined;
  }
};
