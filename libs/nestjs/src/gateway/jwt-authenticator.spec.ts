import { describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { DefinitionError } from '@greenroom/rooms';
import { JwtAuthenticator } from './jwt-authenticator.js';

const secret = 'a secret of at least thirty-two bytes';
const key = new TextEncoder().encode(secret);
const signed = (claims: Record<string, unknown>, alg = 'HS256', by: Parameters<SignJWT['sign']>[0] = key) =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(by);
const authenticator = new JwtAuthenticator({ secret, issuer: 'us', audience: 'rooms' });
const good = { sub: 'u1', name: 'Ann', role: 'admin', iss: 'us', aud: 'rooms' };
const inAnHour = Math.floor(Date.now() / 1000) + 3600;

it('a good token is its subject, with all claims, until it ends', async () => {
  const token = await signed({ ...good, exp: inAnHour });
  expect(await authenticator.authenticate({ token })).toEqual({
    user: { ...good, exp: inAnHour, id: 'u1' },
    expiresAt: inAnHour * 1000,
  });
  const { user, expiresAt } = await authenticator.authenticate({ token: await signed({ ...good, name: 7, id: 'x' }) });
  expect([user.id, user.name, expiresAt]).toEqual(['u1', 'u1', undefined]);
});

describe('a forged or foreign token is UNAUTHENTICATED:', () => {
  it.each([
    ['no token', async () => 'nonsense'],
    ['no signature', async () => new UnsecuredJWT(good).encode()],
    ['another key', () => signed(good, 'HS256', new TextEncoder().encode(`${secret}x`))],
    ['another algorithm of the same key', () => signed(good, 'HS384')],
    ['a token that has ended', () => signed({ ...good, exp: inAnHour - 7200 })],
    ['a token that does not begin yet', () => signed({ ...good, nbf: inAnHour })],
    ['another issuer', () => signed({ ...good, iss: 'them' })],
    ['another audience', () => signed({ ...good, aud: 'other' })],
    ['no subject', () => signed({ ...good, sub: undefined })],
    ['a tampered body', async () => (await signed(good)).replace(/\.[^.]+\./, `.${btoa('{"sub":"root"}')}.`)],
  ])('%s', async (_, forge) => {
    const token = await forge();
    await expect(authenticator.authenticate({ token })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

it('public keys are taken from a set, and never serve as a shared secret', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), alg: 'ES256' };
  const bySet = new JwtAuthenticator({ jwks: createLocalJWKSet({ keys: [jwk] }) });
  const byKey = new JwtAuthenticator({ key: publicKey });
  const token = await signed({ sub: 'u1' }, 'ES256', privateKey);
  for (const reader of [bySet, byKey]) {
    expect(await reader.authenticate({ token })).toMatchObject({ user: { id: 'u1' } });
    const confused = await signed({ sub: 'u1' }, 'HS256', new TextEncoder().encode(JSON.stringify(jwk)));
    await expect(reader.authenticate({ token: confused })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  }
});

it('keys that cannot be fetched are UNAVAILABLE, not the token at fault', async () => {
  const { privateKey } = await generateKeyPair('ES256');
  const reader = new JwtAuthenticator({ jwks: () => Promise.reject(new TypeError('fetch failed')) });
  const token = await signed(good, 'ES256', privateKey);
  await expect(reader.authenticate({ token })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

it.each([
  ['a short secret', { secret: 'short' }],
  ['a public algorithm with a secret', { secret, algorithms: ['RS256'] }],
  ['a secret algorithm with public keys', { jwks: new URL('https://x.example/jwks'), algorithms: ['RS256', 'HS256'] }],
  ['no algorithm at all', { secret, algorithms: [] }],
])('%s is refused at start', (_, options) => {
  expect(() => new JwtAuthenticator(options)).toThrow(DefinitionError);
});
