import { expect, test } from '@jest/globals';
import { strangersEnv } from '../strangers-env.mjs';
import { appLock, appManifest } from './fresh-app.mjs';

const root = { dependencies: { zod: '4.6.7' }, devDependencies: { typescript: '6.0.3' } };
const packed = [{ manifest: { name: '@greenroom/rooms' }, tarball: '/tmp/rooms.tgz' }];

test('an app has the versions of the repository, and the libs as they were packed', () => {
  expect(appManifest('express', ['typescript', 'zod'], root, packed).dependencies).toEqual({
    '@greenroom/rooms': 'file:/tmp/rooms.tgz',
    typescript: '6.0.3',
    zod: '4.6.7',
  });
});

test('what the repository has no version of is not installed at any', () => {
  expect(() => appManifest('express', ['zod', 'left-pad'], root, packed)).toThrow(
    'express: the repository has no version of left-pad',
  );
});

test('the lock of an app holds what came from the registry, and nothing of the workspaces', () => {
  const lock = {
    lockfileVersion: 3,
    packages: {
      '': { name: 'greenroom' },
      'libs/rooms': { version: '0.1.0' },
      'node_modules/@greenroom/rooms': { resolved: 'libs/rooms', link: true },
      'node_modules/zod': { version: '4.6.7' },
    },
  };
  const manifest = { name: 'app', version: '1.0.0' };
  expect(appLock(manifest, lock).packages).toEqual({ '': manifest, 'node_modules/zod': { version: '4.6.7' } });
});

test('a stranger has heard nothing of this repository: not by PATH, not by npm', () => {
  const env = strangersEnv({
    PATH: `${process.cwd()}/node_modules/.bin:/elsewhere/node_modules/.bin:/usr/bin`,
    NODE_ENV: 'test',
    INIT_CWD: process.cwd(),
    npm_lifecycle_event: 'test',
    npm_package_name: 'greenroom',
    npm_config_cache: '/cache',
  });
  expect(env).toMatchObject({ PATH: '/usr/bin', npm_config_cache: '/cache', npm_config_strict_peer_deps: 'true' });
  for (const name of ['NODE_ENV', 'INIT_CWD', 'npm_lifecycle_event', 'npm_package_name'])
    expect(env).not.toHaveProperty(name);
});
