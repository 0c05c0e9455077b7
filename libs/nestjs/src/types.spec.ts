import { command, defineRoom, directed, outputs, roomTypes, type Identity, type LogicFactory } from '@greenroom/rooms';
import { expect, test } from '@jest/globals';
import { MessageBody } from '@nestjs/websockets';
import { expectTypeOf } from 'expect-type';
import { createMachine, setup } from 'xstate';
import { z } from 'zod';
import { AfterCommit, OnCommand, OnJoin, Room, Sender, type Duration, type RoomsService } from './index.js';

const Chat = defineRoom({
  kind: 'chat',
  params: z.object({ topic: z.string().default('general') }),
  member: z.object({ name: z.string(), role: z.enum(['member', 'moderator']) }),
  commands: {
    say: z.object({ text: z.string() }),
    add: command(z.object({ a: z.number(), b: z.number() }), z.object({ sum: z.number() })),
  },
  events: { message: z.object({ text: z.string() }), hand: directed(z.object({ cards: z.array(z.number()) })) },
  view: z.object({ last: z.array(z.string()) }),
});
const Other = defineRoom({ kind: 'other', commands: { go: z.object({}) }, events: { gone: z.object({}) } });
const chatMachine = setup({ types: roomTypes<typeof Chat, { last: string[] }>() }).createMachine({
  context: { last: [] },
});
const otherMachine = setup({ types: roomTypes<typeof Other, object>() }).createMachine({ context: {} });
const logic = {} as unknown as LogicFactory;
const out = outputs(Chat);

/** Type-checked, never run. */
const neverRun = (use: () => unknown): number => use.length;

neverRun(() => {
  @Room(Chat, { machine: chatMachine, passivateAfter: '60s', grace: 5000 })
  class ChatRoom {
    @OnCommand('say') byName(@MessageBody() data: { text: string }) {
      return data;
    }
    @OnCommand(Chat, 'say') async byContract(@MessageBody() data: { text: string }, @Sender() _who: Identity) {
      return { ...data, text: data.text.trim() };
    }
    @OnCommand(Chat, 'add') checksOnly(): void {}
    @OnJoin(Chat) join(@Sender() who: Identity) {
      return { name: who.name, role: who['admin'] === true ? ('moderator' as const) : ('member' as const) };
    }
    @AfterCommit(Chat, 'message') after(event: { data: { text: string } | null }): unknown {
      return event.data?.text;
    }
    @AfterCommit() everything(event: { seq: number }): number {
      return event.seq;
    }
    view(state: { context: { last: string[] } }) {
      return { last: state.context.last };
    }
  }
  return ChatRoom;
});

neverRun(() => {
  // An untyped machine is taken on trust.
  Room(Chat, { machine: createMachine({}) });
  // A machine may take more than the contract sends: events of its own.
  const more = setup({ types: roomTypes<typeof Chat, object, { type: 'tick' }>() }).createMachine({ context: {} });
  Room(Chat, { machine: more });
});

neverRun(() => {
  // @ts-expect-error -- a command the contract does not have
  OnCommand(Chat, 'sya');
  // @ts-expect-error -- an event the contract does not have
  AfterCommit(Chat, 'massage');
  // @ts-expect-error -- a room runs something
  Room(Chat, {});
  // @ts-expect-error -- one thing, not two
  Room(Chat, { machine: chatMachine, logic });
  // @ts-expect-error -- another room's machine
  Room(Chat, { machine: otherMachine });
  // @ts-expect-error -- no unit of that name
  Room(Chat, { logic, passivateAfter: '60 seconds' });
  // @ts-expect-error -- no such durability
  Room(Chat, { logic, durability: 'forever' });

  class Wrong {
    // @ts-expect-error -- what it returns is not what the command carries
    @OnCommand(Chat, 'say') say() {
      return { text: 1 };
    }
    // @ts-expect-error -- a member of this room has a role
    @OnJoin(Chat) join() {
      return { name: 'Ann' };
    }
    // @ts-expect-error -- the event carries a text
    @AfterCommit(Chat, 'message') after(event: { data: { cards: number[] } | null }) {
      return event;
    }
  }
  // @ts-expect-error -- what it shows is not the contract's view
  @Room(Chat, { logic })
  class WrongView {
    view() {
      return { last: [1] };
    }
  }
  return [Wrong, WrongView];
});

neverRun(() => {
  // @ts-expect-error -- an audience is `to` or `except`
  out.message({ text: 'hi' }, { too: 'ann' });
  // @ts-expect-error -- a directed event is for somebody
  out.hand({ cards: [] });
  // @ts-expect-error -- an event the contract does not have
  out.massage({ text: 'hi' });
  // @ts-expect-error -- a reply the command does not have
  out.room.reply('add', { total: 1 });
  // @ts-expect-error -- dates do not cross the wire
  defineRoom({ kind: 'x', commands: { at: z.object({ when: z.date() }) }, events: {} });
  // @ts-expect-error -- nor do maps
  defineRoom({ kind: 'x', commands: {}, events: { all: z.object({ of: z.map(z.string(), z.string()) }) } });
  const types = { types: roomTypes<typeof Chat, object>() };
  // @ts-expect-error -- a command the contract does not have, in the machine
  setup(types).createMachine({ context: {}, on: { sya: {} } });
});

neverRun(async () => {
  const room = (null as unknown as RoomsService).room(Chat, 'cats');
  const rooms = null as unknown as RoomsService;
  expectTypeOf((await room.send('add', { a: 1, b: 2 })).data).toEqualTypeOf<{ sum: number }>();
  expectTypeOf((await room.view()).last).toEqualTypeOf<string[]>();
  expectTypeOf((await room.members())[0]?.role).toEqualTypeOf<'member' | 'moderator' | undefined>();
  const [event] = await room.history();
  if (event?.name === 'message') expectTypeOf(event.data).toEqualTypeOf<{ text: string } | null>();
  await rooms.create(Chat, {});
  // @ts-expect-error -- a command the contract does not have
  await room.send('sya', { text: 'hi' });
  // @ts-expect-error -- a payload the command does not have
  await room.send('say', { txt: 'hi' });
  // @ts-expect-error -- params the contract does not have
  await rooms.create(Chat, { topic: 1 });
});

test('durations are numbers, or numbers with their unit', () => {
  expectTypeOf<'60s' | 250>().toExtend<Duration>();
  expectTypeOf<'60'>().not.toExtend<Duration>();
  expect(true).toBe(true);
});
