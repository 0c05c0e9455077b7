import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { program } from '../../../../scripts/debian.mjs';
import { freePort } from '../../../../scripts/processes.mjs';
import { openRedis, type RedisPorts } from '../open-redis.js';
import { TestRedis } from '../redis.fixture.js';
import { asking } from '../sentinels.fixture.js';
import { question } from './envelope.fixture.js';

const redis = new TestRedis();
const dir = mkdtempSync(join(tmpdir(), 'greenroom-tls-'));
const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
let url = '';

/** The server also speaks TLS, by a certificate that it has signed itself. */
beforeAll(async () => {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', cert];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...subject];
  execFileSync(program('openssl'), args, { stdio: 'ignore' });
  const port = await freePort();
  const settings = { 'tls-key-file': key, 'tls-cert-file': cert, 'tls-ca-cert-file': cert, 'tls-auth-clients': 'no' };
  await asking(redis.server.url, (client) =>
    client.call('CONFIG', 'SET', ...Object.entries(settings).flat(), 'tls-port', port),
  );
  url = `rediss://127.0.0.1:${port}`;
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const opened: RedisPorts[] = [];
afterEach(async () => {
  for (const ports of opened.splice(0)) await ports.close();
});

it('of rediss: refuses a server that nobody it trusts has signed for', async () => {
  await expect(openRedis({ url })).rejects.toMatchObject({
    name: 'RedisUnfitError',
    message: expect.stringContaining('self-signed certificate'),
  });
});

it.each(['ioredis', 'node-redis'])('of a client by %s is that of all connections like it', async (by) => {
  const ca = readFileSync(cert);
  const client =
    by === 'ioredis'
      ? new Redis(url, { tls: { ca }, lazyConnect: true })
      : createClient({ url, socket: { tls: true, ca } });
  const prefix = redis.app();
  const [one, two] = [await openRedis({ client, prefix }), await openRedis({ client, prefix })];
  opened.push(one, two);
  await one.courier.serve('n1', async () => 'seen');
  expect(await two.courier.send('n1', question(Infinity))).toBe('seen');
});
