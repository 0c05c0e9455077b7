import { expect, test } from '@jest/globals';
import { isBefore, leastVersions, lockFile, tooOld } from './least-versions.mjs';

const paths = Object.keys(lockFile.packages);

test('no package is locked, anywhere in the tree, at a version with a known hole', () => {
  expect(tooOld(lockFile)).toEqual([]);
});

test.each(['engine.io', 'socket.io-parser', 'socket.io', 'ws', '@nestjs/core'])(
  '%s is there to be looked at',
  (name) => {
    expect(paths).toContain(`node_modules/${name}`);
    expect(leastVersions.map((each) => each.package)).toContain(name);
  },
);

test.each(leastVersions)('one older copy of $package is found, however deep it is or whatever it is called', (row) => {
  const [name, least] = [String(row.package), String(row.least)];
  const before = least.replace(/\d+$/, (last) => `${last}-rc.1`);
  const copies = {
    [`node_modules/${name}`]: { version: before },
    [`node_modules/a/node_modules/@b/c/node_modules/${name}`]: { version: '0.0.1' },
    'node_modules/alias': { name, version: '0.0.1' },
  };
  for (const [path, entry] of Object.entries(copies)) {
    const packages = { ...lockFile.packages, [path]: entry };
    expect(tooOld({ packages })).toEqual([
      expect.stringContaining(`${path} is ${entry.version}, not at least ${least}`),
    ]);
  }
  const other = { [`node_modules/${name}-like`]: { version: '0.0.1' }, [`node_modules/${name}/node_modules/x`]: {} };
  expect(tooOld({ packages: { ...lockFile.packages, ...other } })).toEqual([]);
});

test.each([
  ['8.21.0', '8.21.1', true],
  ['8.21.1', '8.21.1', false],
  ['8.21.1-beta', '8.21.1', true],
  ['8.21.2-beta', '8.21.1', false],
  ['7.99.99', '8.21.1', true],
  ['10.0.0', '8.21.1', false],
  ['8.9.0', '8.21.1', true],
  ['9.0', '8.21.1', false],
  ['who knows', '8.21.1', true],
])('%s is before %s: %s', (version, other, before) => {
  expect(isBefore(version, other)).toBe(before);
});
