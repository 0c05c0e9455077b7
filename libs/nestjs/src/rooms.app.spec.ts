import { afterEach, expect, test } from '@jest/globals';
import { command, defineRoom, MemoryRoomStore, outputs, roomTypes, type CommittedEvent } from '@greenroom/rooms';
import { Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { assign, emit, setup } from 'xstate';
import { z } from 'zod';
import { AfterCommit } from './decorators/after-commit.decorator.js';
import { Room } from './decorators/room.decorator.js';
import { RoomsModule } from './rooms.module.js';
import { RoomsService } from './rooms.service.js';

const Chat = defineRoom({
  kind: 'chat',
  params: z.object({ topic: z.string().default('general') }),
  commands: {
    say: z.object({ text: z.string() }),
    add: command(z.object({ a: z.number(), b: z.number() }), z.object({ sum: z.number() })),
  },
  events: { message: z.object({ text: z.string() }) },
  view: z.object({ topic: z.string(), last: z.string(), shownBy: z.string() }),
});
const out = outputs(Chat);
const machine = setup({ types: roomTypes<typeof Chat, { topic: string; last: string }>() }).createMachine({
  context: ({ input }) => ({ topic: input.params.topic, last: '' }),
  on: {
    say: {
      actions: [
        assign({ last: ({ event }) => event.data.text }),
        emit(({ event }) => out.message({ text: event.data.text })),
      ],
    },
    add: { actions: emit(({ event: { data } }) => out.room.reply('add', { sum: data.a + data.b })) },
  },
});

@Injectable()
class Journal {
  readonly events: CommittedEvent[] = [];
}

@Room(Chat, { machine, durability: 'commit', historyFor: 'all' })
class ChatRoom {
  constructor(private readonly journal: Journal) {}
  @AfterCommit(Chat, 'message') after(event: CommittedEvent): void {
    this.journal.events.push(event);
  }
  view({ context }: { context: { topic: string; last: string } }) {
    return { ...context, shownBy: this.journal.constructor.name };
  }
}

@Module({ imports: [RoomsModule.forRoot({ store: new MemoryRoomStore() })], providers: [Journal, ChatRoom] })
class AppModule {}

let app: TestingModule;
afterEach(() => app.close());

test('a machine, a room class with dependencies and RoomsService make a room in one Nest app', async () => {
  app = await Test.createTestingModule({ imports: [AppModule] }).compile();
  await app.init();
  const rooms = app.get(RoomsService);

  expect(await rooms.create(Chat, { topic: 'cats' }, 'cats')).toBe('cats');
  const room = rooms.room(Chat, 'cats');
  const first = await room.send('say', { text: 'hi' }, { commandId: 'k' });
  const again = await room.send('say', { text: 'hi' }, { commandId: 'k' });
  expect(again).toEqual({ ...first, duplicate: true });
  expect((await room.send('add', { a: 1, b: 2 })).data).toEqual({ sum: 3 });

  expect(await room.view()).toEqual({ topic: 'cats', last: 'hi', shownBy: 'Journal' });
  expect(await room.history()).toMatchObject([{ name: 'message', data: { text: 'hi' } }]);
  expect(app.get(Journal).events).toMatchObject([{ address: 'chat/cats', name: 'message', data: { text: 'hi' } }]);
  expect(await rooms.list(Chat)).toMatchObject({ rooms: [{ id: 'cats' }] });
  await expect(rooms.create(Chat, {}, 'cats')).rejects.toMatchObject({ code: 'REJECTED' });
});
