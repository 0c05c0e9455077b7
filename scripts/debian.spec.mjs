import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { program, unpackedProgram } from './debian.mjs';

const { PATH } = process.env;
const { getuid } = process;
afterEach(() => {
  process.env.PATH = PATH;
  process.getuid = getuid;
});

test('a program on the PATH is found', () => {
  expect(program('sh')).toMatch(/^\/.*\/sh$/);
});

test('one that is missing and cannot be installed fails the test, in one line that says what to install', () => {
  process.env.PATH = '/nowhere';
  expect(() => program('strace')).toThrow('strace is not here: install it (Debian: apt-get install strace).');
  expect(() => program('prlimit', 'util-linux')).toThrow('apt-get install util-linux');
  expect(() => unpackedProgram('strace')).toThrow('strace is not here: install it (Debian: apt-get install strace).');
});

/** Knows no mirror, and has the package all the same. */
const APT_GET = `#!/bin/sh
case "$*" in
*update*) exit 100 ;;
*install*package) printf '#!/bin/sh\\n' >"\${0%/*}/missing" && /bin/chmod +x "\${0%/*}/missing" ;;
esac
`;

test('one that is missing is installed, also when the lists of packages cannot be brought up to date', () => {
  const folder = mkdtempSync(join(tmpdir(), 'greenroom-debian-'));
  try {
    writeFileSync(join(folder, 'apt-get'), APT_GET);
    chmodSync(join(folder, 'apt-get'), 0o755);
    process.env.PATH = folder;
    process.getuid = () => 0;
    expect(program('missing', 'package')).toBe(join(folder, 'missing'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
