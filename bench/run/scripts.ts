import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BENCH } from './machine.js';

/** A module of the repository's scripts, by its path: `bench` is a package of its own, of whose folder no name leads out. */
export const script = async <T>(name: string): Promise<T> =>
  (await import(pathToFileURL(join(BENCH, '../scripts', name)).href)) as T;
