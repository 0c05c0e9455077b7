import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { HealthModule } from './health.module.js';
import { AppReadiness, READINESS } from './readiness.js';

let app: INestApplication;
let ready: boolean;

beforeAll(async () => {
  const module = await Test.createTestingModule({ imports: [HealthModule] })
    .overrideProvider(READINESS)
    .useValue({ isReady: () => ready })
    .compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());

const status = async (path: string) => (await fetch(`${await app.getUrl()}${path}`)).status;

test('a process that is not ready is alive all the same', async () => {
  ready = false;
  expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 503]);
  ready = true;
  expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 200]);
});

test('an app is ready from the end of its start until it is asked to stop', () => {
  const readiness = new AppReadiness();
  expect(readiness.isReady()).toBe(false);
  readiness.onApplicationBootstrap();
  expect(readiness.isReady()).toBe(true);
  readiness.beforeApplicationShutdown();
  expect(readiness.isReady()).toBe(false);
});
