import { randomBytes } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDataDir } from '@greenroom/store-lmdb';
import { ConfigError, type Config } from '../config.js';

const FILE = 'jwt-secret';
const SHORTEST = 32;

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code;

/** Several may start at once: the first to link its own wins, and no one ever reads half a secret. */
const makeSecret = async (file: string): Promise<string> => {
  const own = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
  await writeFile(own, randomBytes(48).toString('base64url'), { mode: 0o600, flag: 'wx', flush: true });
  try {
    await link(own, file);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await unlink(own);
  }
  return readFile(file, 'utf8');
};

const keptSecret = async (dataDir: string, file: string): Promise<string> => {
  makeDataDir(dataDir);
  return readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
    return makeSecret(file);
  });
};

/**
 * What tokens are signed with: the one configured, or one that is made on the first start and kept in the data folder,
 * readable by its owner alone, so that tokens hold across restarts.
 * @throws ConfigError when the folder cannot be used or the kept secret is damaged.
 */
export const loadSecret = async ({ jwtSecret, dataDir }: Pick<Config, 'jwtSecret' | 'dataDir'>): Promise<string> => {
  if (jwtSecret !== undefined) return jwtSecret;
  const file = join(dataDir, FILE);
  const secret = await keptSecret(dataDir, file).catch((error: Error) => {
    throw new ConfigError(`DATA_DIR cannot be used: ${error.message}`);
  });
  if (Buffer.byteLength(secret) < SHORTEST)
    throw new ConfigError(`${file} is damaged: delete it to have a new one made`);
  return secret;
};
