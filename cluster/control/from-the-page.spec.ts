import { describe, expect, test } from '@jest/globals';
import { isFromOurPage, isOurHost } from './from-the-page.js';

const PORT = 8100;
const HOST = '127.0.0.1:8100';
const ORIGIN = 'http://127.0.0.1:8100';

describe('what ends processes is asked for by the page that is served here alone', () => {
  test.each([
    ['our page', { host: HOST, origin: ORIGIN }, true],
    ['our page by the other name', { host: 'localhost:8100', origin: 'http://localhost:8100' }, true],
    ['a page of another site', { host: HOST, origin: 'https://evil.example' }, false],
    ['a page of another local server', { host: HOST, origin: 'http://127.0.0.1:8000' }, false],
    ['a page of nowhere', { host: HOST, origin: 'null' }, false],
    [
      'a page whose site has made its name lead here',
      { host: 'evil.example:8100', origin: 'http://evil.example:8100' },
      false,
    ],
    ['a page that tells our names apart', { host: HOST, origin: 'http://localhost:8100' }, false],
    ['our page over TLS, which there is not', { host: HOST, origin: 'https://127.0.0.1:8100' }, false],
    ['somebody who does not say', { host: HOST }, false],
    ['somebody who says nothing', {}, false],
  ])('%s', (_, headers, isOurs) => {
    expect(isFromOurPage(headers, PORT)).toBe(isOurs);
  });
});

test('what is shown is shown under our names alone', () => {
  expect(isOurHost({ host: HOST }, PORT)).toBe(true);
  expect(isOurHost({ host: 'evil.example:8100' }, PORT)).toBe(false);
  expect(isOurHost({ host: '127.0.0.1' }, PORT)).toBe(false);
  expect(isOurHost({}, PORT)).toBe(false);
});
