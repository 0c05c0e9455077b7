import { expect, test } from '@jest/globals';
import { readLibs, readManifest } from './libs.mjs';
import { checkManifest } from './manifest.mjs';

const root = readManifest('.');
const libs = readLibs();
const { folder, manifest } = libs.find(({ manifest }) => manifest.name === '@greenroom/rooms');

/** What is said of a lib's manifest with some fields changed. */
const said = (changes) => checkManifest(folder, { ...manifest, ...changes }, root, libs);

test('the manifest of a lib is in order as it is', () => {
  expect(said({})).toEqual([]);
});

test.each([
  ['files', { files: undefined }],
  ['files', { files: ['dist', 'src'] }],
  ['repository', { repository: root.repository }],
  ['repository', { repository: { ...manifest.repository, url: 'git+https://example.com/fork.git' } }],
  ['homepage', { homepage: 'https://example.com' }],
  ['publishConfig', { publishConfig: { access: 'public' } }],
  ['author', { author: undefined }],
  ['license', { license: 'ISC' }],
  ['version', { version: '0.0.9' }],
  ['description', { description: '' }],
  ['keywords', { keywords: [] }],
  ['private', { private: true }],
])('%s has to be as the root says', (field, changes) => {
  expect(said(changes)).toEqual([expect.stringContaining(`package.json: ${field}`)]);
});

test.each([
  ['^0.1.0', 'dependencies'],
  ['*', 'peerDependencies'],
])('another lib at %s in %s is not the one of this release', (range, field) => {
  const changes = { [field]: { ...manifest[field], '@greenroom/protocol': range } };
  expect(said(changes)).toEqual([`package.json: ${field}.@greenroom/protocol is not "${root.version}"`]);
});

test('an entry point without types, and one with its conditions in another order, are refused', () => {
  const { '.': main } = manifest.exports;
  const backwards = Object.fromEntries(Object.entries(main).toReversed());
  for (const entry of [{ default: main.default }, backwards, './dist/index.js'])
    expect(said({ exports: { '.': entry } })).toEqual([expect.stringContaining('exports["."] is not')]);
});
