import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RoomsHealth } from '@greenroom/nestjs';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { HealthController } from './health.controller.js';

let app: INestApplication;
const health = new RoomsHealth();

beforeAll(async () => {
  const module = await Test.createTestingModule({
    controllers: [HealthController],
    providers: [{ provide: RoomsHealth, useValue: health }],
  }).compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());

const status = async (path: string) => (await fetch(`${await app.getUrl()}${path}`)).status;
const statuses = () => Promise.all([status('/healthz'), status('/readyz')]);

test('a process whose store takes no writes takes no traffic, and is worth keeping', async () => {
  let isWell = true;
  health.watch(() => isWell);
  health.enter('ready');
  expect(await statuses()).toEqual([200, 200]);
  isWell = false;
  expect(await statuses()).toEqual([200, 503]);
  isWell = true;
  expect(await statuses()).toEqual([200, 200]);
});

test('a process that other nodes do not count on takes no traffic, and is worth keeping', async () => {
  let isConnected = true;
  health.watch(
    () => true,
    () => isConnected,
  );
  health.enter('ready');
  expect(await statuses()).toEqual([200, 200]);
  isConnected = false;
  expect(await statuses()).toEqual([200, 503]);
  health.watch(() => true);
});

test('a process takes traffic from the end of its start until it is asked to stop, and is alive all the while', async () => {
  health.enter('starting');
  expect(await statuses()).toEqual([200, 503]);
  health.enter('ready');
  expect(await statuses()).toEqual([200, 200]);
  health.enter('draining');
  expect(await statuses()).toEqual([200, 503]);
  health.enter('stopped');
  expect(await statuses()).toEqual([503, 503]);
});
