import { afterEach, expect, test } from '@jest/globals';
import { defineRoom, RoomError, SYSTEM, UnavailableError } from '@greenroom/rooms';
import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { z } from 'zod';
import { Room } from './decorators/room.decorator.js';
import { Connections } from './gateway/connections.js';
import { RoomsHealth } from './health/rooms-health.js';
import { RoomsModule } from './rooms.module.js';
import { RoomsService } from './rooms.service.js';
import { ROOMS_NODE } from './gateway/gateway.tokens.js';
import { ROOMS_STORE } from './rooms.tokens.js';
import { FakeNode, fakeStore, noLogic } from './fake-node.fixture.js';
import { ann, RoomsApp } from './rooms-app.fixture.js';

const Chat = defineRoom({
  kind: 'chat',
  params: z.object({ topic: z.string().default('general') }),
  commands: { say: z.object({ text: z.string().transform(async (text) => text.trim()) }) },
  events: {},
});
const Unknown = defineRoom({ kind: 'unknown', commands: {}, events: {} });

@Room(Chat, { logic: noLogic })
class ChatRoom {}

let app: RoomsApp;
afterEach(() => app.close());

test('rooms are ready once the app has started, and not while it drains', async () => {
  let health = new RoomsHealth();
  const phases: unknown[] = [];
  app = await RoomsApp.start({
    rooms: [ChatRoom],
    before: (module) => {
      health = module.get(RoomsHealth);
      phases.push(health.phase, health.isReady(), health.isAlive());
    },
  });
  expect([...phases, health.phase, health.isReady()]).toEqual(['starting', false, true, 'ready', true]);
  const drain = app.node.drain.bind(app.node);
  app.node.drain = async () => {
    phases.push(health.phase, health.isReady());
    await drain();
  };
  await app.close();
  expect(phases.slice(3)).toEqual(['draining', false]);
  expect([health.phase, health.isAlive()]).toEqual(['stopped', false]);
});

test('a process says that it drains before the first connection is told to go', async () => {
  app = await RoomsApp.start({ rooms: [ChatRoom] });
  const [health, connections] = [app.module.get(RoomsHealth), app.module.get(Connections)];
  const phases: string[] = [];
  connections.drain = async () => void phases.push(health.phase);
  await app.close();
  expect(new Set(phases)).toEqual(new Set(['draining']));
});

test('kinds are known before the node starts, and the store is closed last', async () => {
  app = await RoomsApp.start({ rooms: [ChatRoom] });
  await app.close();
  expect(app.node.told).toEqual([['start', ['chat']], ['drain'], ['close store']]);
});

test('nobody is admitted before the app has started: UNAVAILABLE', async () => {
  const refused: unknown[] = [];
  @Injectable()
  class Early implements OnModuleInit {
    async onModuleInit(): Promise<void> {
      await app.admission.connect(ann).catch((error: unknown) => refused.push(error));
    }
  }
  app = await RoomsApp.start({
    rooms: [ChatRoom],
    providers: [Early],
    before: (module) => void (app = Object.create(RoomsApp.prototype, { module: { value: module } }) as RoomsApp),
  });
  expect(refused[0]).toBeInstanceOf(UnavailableError);
});

test('forRootAsync takes its options from other providers, and a store from a factory', async () => {
  app = await RoomsApp.start({});
  const told: unknown[][] = [];
  @Module({ providers: [{ provide: 'told', useValue: told }], exports: ['told'] })
  class Config {}
  const module = await Test.createTestingModule({
    imports: [
      RoomsModule.forRootAsync({
        imports: [Config],
        inject: ['told'],
        useFactory: (list: unknown[][]) => ({ store: async () => fakeStore(list) }),
      }),
    ],
  })
    .overrideProvider(ROOMS_NODE)
    .useValue(new FakeNode())
    .compile();
  await module.init();
  expect(module.get(ROOMS_STORE)).toHaveProperty('close');
  await module.close();
  expect(told).toEqual([['close store']]);
});

test('options that are request-scoped keep the app from starting: the rooms would not start, without a word', async () => {
  app = await RoomsApp.start({});
  const module = await Test.createTestingModule({
    imports: [RoomsModule.forRootAsync({ inject: [REQUEST], useFactory: () => ({ store: fakeStore([]) }) })],
  }).compile();
  await expect(module.init()).rejects.toThrow('RoomsModule was given something request-scoped');
});

const service = async (): Promise<RoomsService> => {
  app = await RoomsApp.start({ rooms: [ChatRoom] });
  return app.module.get(RoomsService);
};

test('what the server sends is checked by the contract, and sent as the system unless told otherwise', async () => {
  const room = (await service()).room(Chat, 'cats');
  expect(await room.send('say', { text: ' hi ' })).toEqual({ position: { epoch: 1, seq: 2 }, data: undefined });
  await room.send('say', { text: 'hi' }, { as: ann.user, commandId: 'k', timeoutMs: 5 });
  await expect(room.send('say', { text: 1 } as never)).rejects.toMatchObject({ code: 'INVALID' });
  await expect(room.send('toString' as never, {} as never)).rejects.toMatchObject({ code: 'UNKNOWN_COMMAND' });
  expect(app.node.told.slice(1)).toEqual([
    ['send', 'chat/cats', 'say', { text: 'hi' }, { as: SYSTEM }],
    ['send', 'chat/cats', 'say', { text: 'hi' }, { as: ann.user, commandId: 'k', timeoutMs: 5 }],
  ]);
});

test('all members are listed, page by page', async () => {
  const rooms = await service();
  for (let index = 0; index < 450; index += 1) app.node.people.push({ id: `m${String(index).padStart(3, '0')}` });
  expect(await rooms.room(Chat, 'cats').members()).toEqual(app.node.people);
});

test('a room is made with the params the contract makes of those given, under an id of its own if none is', async () => {
  const rooms = await service();
  expect(await rooms.create(Chat, {}, 'cats')).toBe('cats');
  const id = await rooms.create(Chat, { topic: 'dogs' });
  await expect(rooms.create(Chat, { topic: 1 } as never)).rejects.toMatchObject({ code: 'INVALID' });
  expect(app.node.told.slice(1)).toEqual([
    ['create', 'chat/cats', { topic: 'general' }],
    ['create', `chat/${id}`, { topic: 'dogs' }],
  ]);
});

test.each([
  ['of no kind', Unknown, 'a', 'UNKNOWN_KIND'],
  ['with no id', Chat, '', 'BAD_ADDRESS'],
  ['with an id that is none', Chat, '../etc', 'BAD_ADDRESS'],
] as const)('a room %s can be named, and answers nothing', async (_, contract, id, code) => {
  const rooms = await service();
  const refused = await rooms
    .room(contract, id)
    .view()
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(RoomError);
  expect(refused).toMatchObject({ code });
  if (code === 'BAD_ADDRESS' && id !== '') await expect(rooms.create(Chat, {}, id)).rejects.toMatchObject({ code });
});
