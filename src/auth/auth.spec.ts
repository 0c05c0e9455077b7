import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { decodeJwt, jwtVerify } from 'jose';
import { AuthModule } from './auth.module.js';
import { ISSUER } from './auth.service.js';
import type { LoggedIn } from './login.js';

const SECRET = 'a secret of at least 32 bytes, as HS256 asks for';

let app: INestApplication;
let url: string;

beforeAll(async () => {
  const module = await Test.createTestingModule({ imports: [AuthModule.signingWith(SECRET)] }).compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  url = `${await app.getUrl()}/api/login`;
});
afterAll(() => app.close());

const post = async (body: unknown) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as LoggedIn };
};
const userOf = async (name: string) => (await post({ name })).body.user;

test('a login is answered with a token and the user, and nothing else', async () => {
  const { status, body } = await post({ name: 'Ann' });
  expect(status).toBe(200);
  expect(body).toEqual({
    token: expect.any(String),
    user: { id: expect.stringMatching(/^u[0-9a-f]{24}$/), name: 'Ann' },
  });
});

test('the token is signed with the secret and holds a day, as a member', async () => {
  const { body } = await post({ name: 'Ann' });
  const { payload, protectedHeader } = await jwtVerify(body.token, new TextEncoder().encode(SECRET), {
    issuer: ISSUER,
  });
  expect(protectedHeader).toEqual({ alg: 'HS256' });
  expect(payload).toMatchObject({ sub: body.user.id, name: 'Ann', role: 'member' });
  expect(Number(payload.exp) - Number(payload.iat)).toBe(86_400);
});

test('a moderator and a short life can be asked for', async () => {
  const { body } = await post({ name: 'Ann', role: 'moderator', ttl: 2 });
  const claims = decodeJwt(body.token);
  expect(claims['role']).toBe('moderator');
  expect(Number(claims.exp) - Number(claims.iat)).toBe(2);
});

describe('the same name is the same person', () => {
  test('however it was composed and spaced, whatever the role', async () => {
    const { id } = await userOf('Zoé Smith');
    expect(await userOf('Zoe\u0301 Smith')).toEqual({ id, name: 'Zoé Smith' });
    expect(await userOf('  Zoé   Smith ')).toEqual({ id, name: 'Zoé Smith' });
    expect((await post({ name: 'Zoé Smith', role: 'moderator' })).body.user.id).toBe(id);
  });

  test('and another name is another', async () => {
    expect((await userOf('Ann')).id).not.toBe((await userOf('Anne')).id);
  });
});

describe('refused with 400', () => {
  test.each([
    ['no name', {}],
    ['an empty name', { name: '' }],
    ['a blank name', { name: '   ' }],
    ['a name that is no text', { name: 7 }],
    ['a long name', { name: 'a'.repeat(65) }],
    ['a huge name', { name: 'a'.repeat(50_000) }],
    ['a line break', { name: 'Ann\nBob' }],
    ['a character that turns the text around', { name: 'Ann\u202e' }],
    ['an invisible character', { name: 'An\u200bn' }],
    ['half a character', { name: 'Ann\ud800' }],
    ['an unknown role', { name: 'Ann', role: 'admin' }],
    ['no time at all', { name: 'Ann', ttl: 0 }],
    ['part of a second', { name: 'Ann', ttl: 0.5 }],
    ['too long a time', { name: 'Ann', ttl: 1e9 }],
    ['no object', '[]'],
    ['no JSON', '{"name":'],
  ])('%s', async (_, body) => {
    expect((await post(body)).status).toBe(400);
  });

  test('64 characters are a name, whatever they take in UTF-16', async () => {
    expect((await userOf('😀'.repeat(64))).name).toBe('😀'.repeat(64));
  });
});
