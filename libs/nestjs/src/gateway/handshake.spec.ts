import type { IncomingMessage } from 'node:http';
import { expect, it } from '@jest/globals';
import { pathOf } from '../sockets/caller.js';
import { bearerOf, handshakeOf, refuseQueryToken } from './handshake.js';

const request = (headers: Record<string, string>, url = '/rooms') => ({ headers, url }) as unknown as IncomingMessage;

it.each([
  [0, '9.9.9.9, 10.0.0.1', '127.0.0.1'],
  [1, '9.9.9.9, 10.0.0.1', '10.0.0.1'],
  [2, '9.9.9.9, 10.0.0.1', '9.9.9.9'],
  [5, '9.9.9.9, 10.0.0.1', '9.9.9.9'],
  [1, '', '127.0.0.1'],
])('with %d proxies of ours, "%s" is a client at %s', (trustProxy, forwarded, address) => {
  const caller = { request: request({ 'x-forwarded-for': forwarded }), peer: '127.0.0.1' };
  expect(handshakeOf(caller, trustProxy).address).toBe(address);
});

it('a path is exact and never a query', () => {
  expect(pathOf(request({}, '/rooms?a=1'))).toBe('/rooms');
  expect(pathOf(request({}, '//evil.com/rooms'))).toBe('//evil.com/rooms');
  expect(pathOf(request({}, '/x/../rooms'))).toBe('/x/../rooms');
});

it.each(['/rooms?token=x', '/rooms?a=1&access_token=', '/rooms?%74oken=x'])(
  '%s has a secret where none belongs',
  (url) => {
    expect(() => refuseQueryToken(request({}, url))).toThrow();
  },
);

it.each([
  ['Bearer abc.d', 'abc.d'],
  ['bearer abc', 'abc'],
  ['Basic abc', undefined],
  ['Bearer a b', undefined],
])('"%s" bears %s', (authorization, token) => {
  expect(bearerOf(request({ authorization }))).toBe(token);
});
