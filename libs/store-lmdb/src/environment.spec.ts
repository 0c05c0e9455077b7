import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreRefusedError } from '@greenroom/rooms';
import { Environment } from './environment.js';

let dir: string;
let environment: Environment;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'greenroom-'));
  environment = new Environment(dir);
});
afterEach(async () => {
  await environment.close();
  rmSync(dir, { recursive: true });
});

describe('Environment', () => {
  it('keeps nothing of a transaction whose work throws, and says so', async () => {
    const { root } = environment;
    const failing = environment.commit(() => {
      void root.put('half', Buffer.from('x'));
      throw new RangeError('half done');
    });
    const error: unknown = await failing.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreRefusedError);
    expect(error).toMatchObject({ cause: { message: 'half done' } });
    expect(root.get('half')).toBeUndefined();
    await environment.commit(() => void root.put('whole', Buffer.from('x')));
    expect(root.get('whole')?.toString()).toBe('x');
  });

  it('lets readers see a transaction as soon as its commit resolves', async () => {
    for (let i = 0; i < 50; i += 1) {
      await environment.commit(() => void environment.root.put('n', Buffer.from([i])));
      expect(environment.root.get('n')?.[0]).toBe(i);
    }
    expect(environment.transactions).toBe(50);
  });
});
