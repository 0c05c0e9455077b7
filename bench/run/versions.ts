import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const PACKAGES = ['@greenroom/nestjs', '@nestjs/core', 'xstate', 'lmdb', 'socket.io', 'ws', '@colyseus/core'];

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

const readManifest = (folder: string): { name?: string; version?: string } | undefined => {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string; version?: string };
  } catch {
    return undefined;
  }
};
