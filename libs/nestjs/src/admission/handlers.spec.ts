import { afterEach, describe, expect, test } from '@jest/globals';
import { command, defineRoom, type Identity } from '@greenroom/rooms';
import { UsePipes, type ArgumentMetadata, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { ConnectedSocket, MessageBody } from '@nestjs/websockets';
import { of } from 'rxjs';
import { z } from 'zod';
import { OnCommand } from '../decorators/on-command.decorator.js';
import { OnJoin } from '../decorators/on-join.decorator.js';
import { OnLeave } from '../decorators/on-leave.decorator.js';
import { RoomAddress } from '../decorators/room-address.decorator.js';
import { Room } from '../decorators/room.decorator.js';
import { Sender } from '../decorators/sender.decorator.js';
import type { RoomsConnection } from '../gateway/rooms-connection.js';
import { noLogic } from '../fake-node.fixture.js';
import { ann, RoomsApp } from '../rooms-app.fixture.js';
import { operationOf } from './operation.js';

const Chat = defineRoom({
  kind: 'chat',
  params: z.object({ topic: z.string().default('general') }),
  join: z.object({ as: z.string() }),
  member: z.object({ name: z.string(), role: z.string().default('member') }),
  commands: {
    say: z.object({ text: z.string().min(2), loud: z.boolean().default(false) }),
    add: command(z.object({ a: z.number() }), z.object({ sum: z.number() })),
  },
  events: {},
  signals: { typing: z.object({ on: z.boolean() }) },
});
/** Asks for nothing and tells of nobody. */
const Bare = defineRoom({ kind: 'bare', commands: {}, events: {} });
/** Cannot be made without params. */
const Strict = defineRoom({ kind: 'strict', params: z.object({ seats: z.number() }), commands: {}, events: {} });

let app: RoomsApp;
afterEach(() => app.close());

const trim: PipeTransform = {
  transform: (value: { text: string }) => ({ ...value, text: value.text.trim() }),
};

describe('the data of a command', () => {
  const say = async (room: new () => object, text: unknown) => {
    app = await RoomsApp.start({ rooms: [room] });
    return app.command(Chat, 'say', { text, extra: 1 });
  };

  test('a method that returns nothing leaves what pipes and contract made of it', async () => {
    @Room(Chat, { logic: noLogic })
    class ChatRoom {
      @OnCommand('say') say(@MessageBody(trim) data: { text: string }): void {
        seen.push(data);
      }
    }
    const seen: unknown[] = [];
    const { went } = await say(ChatRoom, '  hi  ');
    expect(seen).toEqual([{ text: 'hi', loud: false }]);
    expect(went).toEqual([{ text: 'hi', loud: false }]);
  });

  test('the contract comes after the pipes', async () => {
    @Room(Chat, { logic: noLogic })
    class ChatRoom {
      @OnCommand('say') @UsePipes(trim) say(@MessageBody() data: { text: string }) {
        return data;
      }
    }
    expect((await say(ChatRoom, ' h ')).error?.code).toBe('INVALID');
  });

  test.each([
    ['a value', (data: object) => ({ ...data, text: 'changed' })],
    ['a promise', async (data: object) => ({ ...data, text: 'changed' })],
    ['an observable', (data: object) => of({ ...data, text: 'changed' })],
  ])('what a method returns, as %s, takes its place', async (_, change) => {
    @Room(Chat, { logic: noLogic })
    class ChatRoom {
      @OnCommand('say') say(@MessageBody() data: object): unknown {
        return change(data);
      }
    }
    expect((await say(ChatRoom, 'hi')).went).toEqual([{ text: 'changed', loud: false }]);
  });

  test('what a method returns is checked again: INVALID', async () => {
    @Room(Chat, { logic: noLogic })
    class ChatRoom {
      @OnCommand('say') say() {
        return { text: '' };
      }
    }
    const { error, went } = await say(ChatRoom, 'hi');
    expect(error?.toBody()).toMatchObject({ code: 'INVALID', issues: [{ path: ['text'] }] });
    expect(went).toEqual([]);
  });

  test('a method that takes a part of it, or all arguments as they come, never sees it unchecked', async () => {
    const seen: unknown[] = [];
    @Room(Chat, { logic: noLogic })
    class ChatRoom {
      @OnCommand('say') say(@MessageBody('text') text: unknown): void {
        seen.push(text);
      }
      @OnCommand('add') add(connection: RoomsConnection, data: unknown): void {
        seen.push(connection.id, data);
      }
    }
    expect((await say(ChatRoom, 5)).error?.code).toBe('INVALID');
    expect((await app.command(Chat, 'add', { a: '1' })).error?.code).toBe('INVALID');
    expect(seen).toEqual([]);
    await app.command(Chat, 'say', { text: 'hi' });
    await app.command(Chat, 'add', { a: 1, b: 2 });
    expect(seen).toEqual(['hi', 'c1', { a: 1 }]);
  });

  test('a command the contract does not have is none, whatever its name: UNKNOWN_COMMAND', async () => {
    @Room(Chat, { logic: noLogic })
    class ChatRoom {}
    await say(ChatRoom, 'hi');
    for (const name of ['constructor', '__proto__', 'toString', 'shout'])
      expect((await app.command(Chat, name, {})).error?.code).toBe('UNKNOWN_COMMAND');
  });
});

test('a method is told who, where, and by which connection; its pipes see each parameter', async () => {
  const seen: unknown[] = [];
  const types: unknown[] = [];
  @Room(Chat, { logic: noLogic })
  @UsePipes({ transform: (value: unknown, { type }: ArgumentMetadata) => (types.push(type), value) })
  class ChatRoom {
    @OnCommand('say') say(
      @Sender() who: Identity,
      @RoomAddress() address: string,
      @ConnectedSocket() connection: RoomsConnection,
      @MessageBody() data: object,
    ): void {
      seen.push(who.name, address, connection.id, data);
    }
  }
  app = await RoomsApp.start({ rooms: [ChatRoom] });
  await app.command(Chat, 'say', { text: 'hi' });
  expect(seen).toEqual(['Ann', 'chat/a', 'c1', { text: 'hi', loud: false }]);
  expect(types).toHaveLength(4);
});

test('a guard sees the operation, the pattern, the class, and what decorators wrote on the method', async () => {
  const Public = Reflector.createDecorator<string>();
  const seen: unknown[] = [];
  const canActivate = (context: ExecutionContext): boolean => {
    const note = new Reflector().get(Public, context.getHandler());
    seen.push([operationOf(context), context.switchToWs().getPattern(), context.getClass().name, note]);
    return true;
  };
  @Room(Chat, { logic: noLogic })
  class ChatRoom {
    @OnCommand('say') @Public('yes') say(): void {}
  }
  app = await RoomsApp.start({ rooms: [ChatRoom], providers: [{ provide: APP_GUARD, useValue: { canActivate } }] });
  await app.connect();
  await app.join(Chat, { as: 'x' }, { topic: 'a' });
  await app.command(Chat, 'say', { text: 'hi' });
  await app.command(Chat, 'add', { a: 1 });
  expect(seen).toEqual([
    [{ type: 'connect' }, 'connect', 'RoomsGateway', undefined],
    [
      { type: 'join', address: 'chat/a', kind: 'chat', params: { topic: 'a' } },
      'chat:room.join',
      'ChatRoom',
      undefined,
    ],
    [{ type: 'command', address: 'chat/a', kind: 'chat', name: 'say' }, 'chat:say', 'ChatRoom', 'yes'],
    [{ type: 'command', address: 'chat/a', kind: 'chat', name: 'add' }, 'chat:add', 'ChatRoom', undefined],
  ]);
});

describe('a join', () => {
  @Room(Bare, { logic: noLogic })
  class BareRoom {}
  @Room(Strict, { logic: noLogic })
  class StrictRoom {}

  test('makes a member of what @OnJoin returns and the contract adds, without an id of its own', async () => {
    @Room(Chat, { logic: noLogic })
    class ChatRoom {
      @OnJoin() join(@MessageBody() { as }: { as: string }) {
        return { id: 'somebody else', name: as };
      }
    }
    app = await RoomsApp.start({ rooms: [ChatRoom] });
    const { went } = await app.join(Chat, { as: 'Ann B.', more: 1 });
    expect(went).toEqual([
      {
        profile: { name: 'Ann B.', role: 'member' },
        data: { as: 'Ann B.' },
        params: { topic: 'general' },
      },
    ]);
  });

  test('without @OnJoin makes { name }, and passes on nothing that no contract knows', async () => {
    app = await RoomsApp.start({ rooms: [BareRoom] });
    const { went } = await app.join(Bare, { secret: 1 }, { evil: true });
    expect(went).toEqual([{ profile: { name: 'Ann' }, data: undefined, params: {} }]);
  });

  test('without the params a room needs may enter one, and not make one', async () => {
    app = await RoomsApp.start({ rooms: [StrictRoom] });
    expect((await app.join(Strict)).went).toMatchObject([{ params: undefined, unmakeable: { code: 'INVALID' } }]);
    expect((await app.join(Strict, undefined, { seats: 2 })).went).toEqual([
      { profile: { name: 'Ann' }, data: undefined, params: { seats: 2 } },
    ]);
    expect((await app.join(Strict, undefined, { seats: 'two' })).error?.code).toBe('INVALID');
  });

  test('of which @OnJoin makes no member: INTERNAL, for that is no fault of the client', async () => {
    @Room(Chat, { logic: noLogic })
    class ChatRoom {
      @OnJoin() join() {
        return { name: 5 } as unknown as { name: string };
      }
    }
    app = await RoomsApp.start({ rooms: [ChatRoom] });
    const { error } = await app.join(Chat, { as: 'x' });
    expect(error?.toBody()).toMatchObject({ code: 'INTERNAL' });
    expect(error?.toBody().issues).toBeUndefined();
    expect(app.logged).toHaveLength(1);
  });
});

test('a signal is checked by the contract alone', async () => {
  @Room(Chat, { logic: noLogic })
  class ChatRoom {}
  app = await RoomsApp.start({ rooms: [ChatRoom] });
  const signal = (name: string, data: unknown) =>
    app.admission.signal(ann, { address: 'chat/a', kind: app.kind(Chat), name, data });
  expect(await signal('typing', { on: true, more: 1 })).toEqual({ on: true });
  await expect(signal('typing', { on: 'yes' })).rejects.toMatchObject({ code: 'INVALID' });
  await expect(signal('constructor', {})).rejects.toMatchObject({ code: 'UNKNOWN_COMMAND' });
});

test('every @OnLeave method runs, and what one throws is logged and stops no other', async () => {
  const seen: unknown[] = [];
  @Room(Chat, { logic: noLogic })
  class ChatRoom {
    @OnLeave() first(): never {
      throw new Error('first');
    }
    @OnLeave() second(@Sender() who: Identity, @RoomAddress() address: string): void {
      seen.push(who.id, address);
    }
  }
  app = await RoomsApp.start({ rooms: [ChatRoom] });
  await app.admission.left(ann, app.kind(Chat), 'chat/a');
  expect(seen).toEqual(['ann', 'chat/a']);
  expect(app.logged).toHaveLength(1);
  expect(app.logged[0]?.[0]).toBe('chat:room.leave in chat/a failed: first');
});
