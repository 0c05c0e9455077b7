import { afterEach, describe, expect, test } from '@jest/globals';
import { defineRoom, type CommittedEvent, type Member, type RoomKind } from '@greenroom/rooms';
import { Inject, Injectable, Module, Scope, UseGuards, type CanActivate, type Type } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { z } from 'zod';
import { AfterCommit } from '../decorators/after-commit.decorator.js';
import { OnCommand } from '../decorators/on-command.decorator.js';
import { OnJoin } from '../decorators/on-join.decorator.js';
import { Room, type RoomOptions } from '../decorators/room.decorator.js';
import { RoomsModule } from '../rooms.module.js';
import { RoomsGateway } from '../gateway/rooms.gateway.js';
import { noLogic } from '../fake-node.fixture.js';
import { RoomsApp } from '../rooms-app.fixture.js';

const Chat = defineRoom({
  kind: 'chat',
  commands: { say: z.object({ text: z.string() }), mute: z.object({}) },
  events: { message: z.object({}), muted: z.object({}) },
});
const Twin = defineRoom({ ...Chat });
const Named = defineRoom({ kind: 'named', member: z.object({ name: z.string().min(8) }), commands: {}, events: {} });
const Ranked = defineRoom({ kind: 'ranked', member: z.object({ rank: z.number() }), commands: {}, events: {} });

let app: RoomsApp | undefined;
afterEach(() => app?.close());

const kindOf = async (...rooms: Type<object>[]): Promise<RoomKind> => {
  app = await RoomsApp.start({ rooms });
  return app.kind(Chat);
};

describe('a kind is made of what @Room says', () => {
  test('with a default for each option', async () => {
    @Room(Chat, { logic: noLogic })
    class ChatRoom {}
    const { contract, logic, options, view, afterCommit } = await kindOf(ChatRoom);
    expect(contract).toBe(Chat);
    expect(logic).toBe(noLogic);
    expect([view, afterCommit]).toEqual([undefined, undefined]);
    expect(options).toEqual({
      durability: 'fsync',
      historyFor: 'joined',
      create: 'on-join',
      passivateAfterMs: 60_000,
      graceMs: 30_000,
      maxMembers: 1000,
      version: 1,
      onDiverged: 'refuse',
    });
  });

  test('durations in milliseconds', async () => {
    @Room(Chat, { logic: noLogic, passivateAfter: '5m', grace: 250, maxMembers: 2, durability: 'memory' })
    class ChatRoom {}
    const { options } = await kindOf(ChatRoom);
    expect(options).toMatchObject({ passivateAfterMs: 300_000, graceMs: 250, maxMembers: 2, durability: 'memory' });
  });

  test('its view and its @AfterCommit methods have their dependencies', async () => {
    @Injectable()
    class Words {
      readonly hello = 'hello';
    }
    const seen: unknown[] = [];
    @Room(Chat, { logic: noLogic })
    class ChatRoom {
      constructor(private readonly words: Words) {}
      view(state: unknown, viewer: Member | undefined) {
        return [this.words.hello, state, viewer?.id];
      }
      @AfterCommit() async every({ seq }: CommittedEvent) {
        seen.push(seq, this.words.hello);
      }
      @AfterCommit('muted') muted({ name }: CommittedEvent): void {
        seen.push(name);
      }
    }
    app = await RoomsApp.start({ providers: [Words, ChatRoom] });
    const { view, afterCommit } = app.kind(Chat);
    expect(view?.('state', { id: 'ann' })).toEqual(['hello', 'state', 'ann']);
    const event = { seq: 1, name: 'message', data: {}, address: 'chat/a', position: { epoch: 1, seq: 1 }, at: 0 };
    await afterCommit?.(event);
    await afterCommit?.({ ...event, seq: 2, name: 'muted' });
    expect(seen).toEqual([1, 'hello', 2, 'hello', 'muted']);
  });

  test.each([
    [true, 'The view of seen is not what its contract says: last: Invalid input: expected string, received number'],
    [false, undefined],
  ])('its view is held to the contract when checks are %s', async (checks, sentence) => {
    const Seen = defineRoom({ kind: 'seen', commands: {}, events: {}, view: z.object({ last: z.string() }) });
    @Room(Seen, { logic: noLogic })
    class SeenRoom {
      view() {
        return { last: 1 as unknown as string };
      }
    }
    app = await RoomsApp.start({ rooms: [SeenRoom], options: { checks } });
    const { view } = app.kind(Seen);
    if (sentence === undefined) expect(view?.({}, undefined)).toEqual({ last: 1 });
    else expect(() => view?.({}, undefined)).toThrow(sentence);
  });

  test('an @AfterCommit method that fails has the engine try again', async () => {
    @Room(Chat, { logic: noLogic })
    class ChatRoom {
      @AfterCommit() every(): void {
        throw new Error('mail server is away');
      }
    }
    const { afterCommit } = await kindOf(ChatRoom);
    await expect(Promise.resolve(afterCommit?.({} as CommittedEvent))).rejects.toThrow('mail server is away');
  });
});

describe('a room class that is request-scoped, by itself or by its guard', () => {
  test('shows its view from an instance that was properly made', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Guard implements CanActivate {
      canActivate(): boolean {
        return true;
      }
    }
    @Room(Chat, { logic: noLogic })
    @UseGuards(Guard)
    class ChatRoom {
      private readonly made = 'made';
      view() {
        return this.made;
      }
    }
    expect((await kindOf(ChatRoom)).view?.(undefined, undefined)).toBe('made');
  });

  test('keeps the scope it was given, and is made for each command with its connection', async () => {
    const made: unknown[] = [];
    @Room(Chat, { logic: noLogic })
    @Injectable({ scope: Scope.REQUEST })
    class ChatRoom {
      constructor(@Inject(REQUEST) request: { id: string } | undefined) {
        made.push(request?.id);
      }
      @OnCommand('say') say(): void {}
    }
    await kindOf(ChatRoom);
    await app?.command(Chat, 'say', { text: 'a' });
    await app?.command(Chat, 'say', { text: 'b' });
    expect(made).toEqual([undefined, 'c1', 'c1']);
  });
});

test('the same class in two modules is one kind', async () => {
  @Room(Chat, { logic: noLogic })
  class ChatRoom {}
  @Module({ imports: [RoomsModule.forFeature([ChatRoom])] })
  class One {}
  @Module({ imports: [RoomsModule.forFeature([ChatRoom])] })
  class Two {}
  app = await RoomsApp.start({ rooms: [ChatRoom, ChatRoom], imports: [One, Two], providers: [ChatRoom] });
  expect(app.node.told).toEqual([['start', ['chat']]]);
});

test('a room class finds what the modules given to forFeature export', async () => {
  @Injectable()
  class Words {
    readonly hello = 'hello';
  }
  @Module({ providers: [Words], exports: [Words] })
  class WordsModule {}
  @Room(Chat, { logic: noLogic })
  class ChatRoom {
    constructor(private readonly words: Words) {}
    view() {
      return this.words.hello;
    }
  }
  app = await RoomsApp.start({ imports: [RoomsModule.forFeature([ChatRoom], { imports: [WordsModule] })] });
  expect(app.kind(Chat).view?.(undefined, undefined)).toBe('hello');
});

describe('an app does not start', () => {
  const room = (decorate: (room: Type<object>) => void, options: RoomOptions = { logic: noLogic }): Type<object> => {
    @Room(Chat, options)
    class ChatRoom {
      a(): void {}
      b(): void {}
    }
    decorate(ChatRoom);
    return ChatRoom;
  };
  const on = (decorator: MethodDecorator, name: string) => (target: Type<object>) => {
    const prototype = target.prototype as object;
    decorator(prototype, name, Object.getOwnPropertyDescriptor(prototype, name) as TypedPropertyDescriptor<never>);
  };
  @Room(Chat, { logic: noLogic })
  class OtherRoom {}
  @Room(Ranked, { logic: noLogic })
  class RankedRoom {}

  test.each<[string, () => Type<object>[], string]>([
    [
      'with a method for a command the contract lacks',
      () => [room(on(OnCommand('sya'), 'a'))],
      'ChatRoom names the command sya, which the contract of chat does not have (say, mute).',
    ],
    [
      'with a method for a command of every object',
      () => [room(on(OnCommand('constructor'), 'a'))],
      'ChatRoom names the command constructor, which the contract of chat does not have (say, mute).',
    ],
    [
      'with two methods for one command',
      () => [room((target) => [on(OnCommand('say'), 'a')(target), on(OnCommand('say'), 'b')(target)])],
      'ChatRoom has two methods for the command say: a and b.',
    ],
    [
      'with a method for the contract of another room',
      () => [room(on(OnCommand(Twin, 'say') as MethodDecorator, 'a'))],
      'ChatRoom is of the contract chat, but its a is for another (chat).',
    ],
    [
      'with two @OnJoin',
      () => [room((target) => [on(OnJoin(), 'a')(target), on(OnJoin(), 'b')(target)])],
      'ChatRoom has two methods with @OnJoin: a and b.',
    ],
    [
      'with an @AfterCommit of an event the contract lacks',
      () => [room(on(AfterCommit('massage') as MethodDecorator, 'a'))],
      'ChatRoom names the event massage, which the contract of chat does not have (message, muted).',
    ],
    [
      'without a machine',
      () => [room(() => undefined, {} as RoomOptions)],
      'ChatRoom needs a machine, or a logic of its own: @Room(contract, { machine }).',
    ],
    [
      'with a duration that is none',
      () => [room(() => undefined, { logic: noLogic, grace: '1 minute' as '1m' })],
      `"1 minute" is no duration: write milliseconds, or '250ms', '60s', '5m', '2h'.`,
    ],
    [
      'with two classes of one kind',
      () => [room(() => undefined), OtherRoom],
      'ChatRoom and OtherRoom are both rooms of kind chat.',
    ],
    [
      'with members of whom more is asked than @OnJoin is there to tell',
      () => [RankedRoom],
      'RankedRoom needs a method with @OnJoin: a member of ranked is more than { name }.',
    ],
  ])('%s', async (_, rooms, sentence) => {
    await expect(RoomsApp.start({ rooms: rooms() })).rejects.toMatchObject({
      name: 'DefinitionError',
      message: sentence,
    });
  });

  test('with a room class behind a custom provider, whose guards Nest would not load', async () => {
    class Deny implements CanActivate {
      canActivate(): boolean {
        return false;
      }
    }
    const ChatRoom = room(UseGuards(Deny));
    await expect(RoomsApp.start({ providers: [{ provide: 'chat', useClass: ChatRoom }] })).rejects.toThrow(
      'ChatRoom must be listed as a class: Nest does not load the guards of a custom provider ({ provide, ... }).',
    );
  });

  test('with a gateway whose guard is request-scoped', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Guard implements CanActivate {
      canActivate(): boolean {
        return true;
      }
    }
    @UseGuards(Guard)
    class AppGateway extends RoomsGateway {}
    await expect(RoomsApp.start({ options: { gateway: AppGateway } })).rejects.toThrow(
      'AppGateway, or a guard on it, is request-scoped: a gateway has one instance, which holds its sockets.',
    );
  });

  test('but does where only the name of a member has more asked of it', async () => {
    @Room(Named, { logic: noLogic })
    class NamedRoom {}
    app = await RoomsApp.start({ rooms: [NamedRoom] });
    expect(app.kind(Named).contract).toBe(Named);
  });
});

test('a method decorated twice for commands is refused where it is written: one of them would be lost', () => {
  expect(() => {
    class ChatRoom {
      @OnCommand('say') @OnCommand('mute') both(): void {}
    }
    return ChatRoom;
  }).toThrow('ChatRoom.both is decorated twice with @OnCommand.');
});
