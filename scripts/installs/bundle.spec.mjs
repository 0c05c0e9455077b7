import { expect, test } from '@jest/globals';
import { strangersIn } from './bundle.mjs';

const OWN = ['src/browser/plain.ts', 'node_modules/@greenroom/client/dist/index.js'];
const PROTOCOL = 'node_modules/@greenroom/protocol/dist/index.js';
const ALLOWED = ['@greenroom/client', '@greenroom/protocol', 'msgpackr'];

test('a bundle of the client, of what it is allowed, and of what the bundler adds is good', () => {
  const modules = [...OWN, PROTOCOL, 'node_modules/msgpackr/pack.js', '\0rolldown/runtime.js'];
  expect(strangersIn({ modules, code: 'fetch()' }, ALLOWED)).toEqual([]);
});

test('any other package is named, whatever its code says', () => {
  const modules = [
    ...OWN,
    PROTOCOL,
    'node_modules/@nestjs/common/index.js',
    'node_modules/msgpackr/node_modules/xstate/a.js',
  ];
  expect(strangersIn({ modules, code: '' }, ALLOWED)).toEqual(['code of @nestjs/common', 'code of xstate']);
});

test("a server's library that is copied into another module is told by its words", () => {
  expect(strangersIn({ modules: [...OWN, PROTOCOL], code: 'class ZodError{}' }, ALLOWED)).toEqual(['the word "Zod"']);
});

test('a bundle without the client shows nothing', () => {
  expect(strangersIn({ modules: ['src/browser/plain.ts'], code: '' }, ALLOWED)).toEqual(['no client, but ']);
});
