import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { WebModule } from './web.module.js';

let dir: string;
const apps: INestApplication[] = [];

const serve = async (pages: string): Promise<string> => {
  const module = await Test.createTestingModule({ imports: [WebModule.serving(pages)] }).compile();
  const app = module.createNestApplication({ logger: false });
  apps.push(app);
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
};

/** As it stands: `fetch` would make a better path of it. */
const statusOf = (url: string, path: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });

let url: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'greenroom-pages-'));
  for (const folder of ['assets', 'chat/page', 'open-chat/page']) await mkdir(join(dir, folder), { recursive: true });
  await writeFile(join(dir, 'chat/page/index.html'), '<title>Chat</title>');
  await writeFile(join(dir, 'open-chat/page/index.html'), '<title>Open chat</title>');
  await writeFile(join(dir, 'assets/page-abc.js'), 'export {};');
  await writeFile(join(dir, 'secret.txt'), 'not for anybody');
  url = await serve(dir);
});
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await rm(dir, { recursive: true, force: true });
});

it.each([
  ['/', '<title>Chat</title>'],
  ['/open-chat', '<title>Open chat</title>'],
])('%s is a page that is asked for anew', async (path, html) => {
  const response = await fetch(url + path);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-cache');
  expect(await response.text()).toBe(html);
});

it('a page runs what this server serves and nothing else, and no other page may frame it', async () => {
  const { headers } = await fetch(url);
  const policy = headers.get('content-security-policy')?.split(';');
  expect(policy).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ]);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('x-powered-by')).toBeNull();
});

it('what a page is made of is kept for good: its name changes with it', async () => {
  const { headers } = await fetch(`${url}/assets/page-abc.js`);
  expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

it.each([
  '/nothing',
  '/assets/',
  '/assets',
  '/assets/nothing.js',
  '/assets/../secret.txt',
  '/assets/..%2fsecret.txt',
  '/assets/%2e%2e/secret.txt',
  '/assets/..%5csecret.txt',
  '/secret.txt',
  '/chat/page/index.html',
])('%s is not there', async (path) => {
  expect(await statusOf(url, path)).toBe(404);
});

it('without pages it says what to do, and serves the rest', async () => {
  const unbuilt = await serve(join(dir, 'nowhere'));
  const response = await fetch(unbuilt);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ message: 'The pages are not built: npm run build' });
  expect(response.headers.get('cache-control')).not.toContain('immutable');
});
