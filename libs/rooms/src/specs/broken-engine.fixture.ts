import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as Engine from '../index.js';

const SOURCE = fileURLToPath(new URL('..', import.meta.url));
const SPECS = /\/specs(\/|$)|\.(spec|fixture)\.ts$/;

/** In a file of the engine's source, what is to stand in place of something that stands there once. */
export interface Break {
  readonly file: string;
  readonly instead: string;
  readonly broken: string;
}

/** Copies of the engine with something broken in them, made of its source as it is. */
export class BrokenEngines {
  readonly #folders: string[] = [];

  /** @throws Error when the source does not have what is to be broken: the break has to follow the source. */
  async build(...breaks: readonly Break[]): Promise<typeof Engine> {
    // Beside the source: there its imports are found.
    const folder = mkdtempSync(join(SOURCE, '../.broken-'));
    this.#folders.push(folder);
    cpSync(SOURCE, folder, { recursive: true, filter: (path) => !SPECS.test(path) });
    for (const { file, instead, broken } of breaks) {
      const path = join(folder, file);
      const parts = readFileSync(path, 'utf8').split(instead);
      if (parts.length !== 2) throw new Error(`${file} has "${instead}" ${parts.length - 1} times, not once`);
      writeFileSync(path, parts.join(broken));
    }
    return (await import(join(folder, 'index.ts'))) as typeof Engine;
  }

  remove(): void {
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true });
  }
}
