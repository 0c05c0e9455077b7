import { afterEach, expect, test } from '@jest/globals';
import { program, unpackedProgram } from './debian.mjs';

const { PATH } = process.env;
afterEach(() => {
  process.env.PATH = PATH;
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
