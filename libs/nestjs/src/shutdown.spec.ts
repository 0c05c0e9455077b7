import { expect, it } from '@jest/globals';
import {
  defineRoom,
  MemoryCourier,
  MemoryDirectory,
  MemoryFeed,
  MemoryRoomStore,
  MemoryUsers,
  outputs,
  roomTypes,
} from '@greenroom/rooms';
import { VirtualClock } from '@greenroom/testing';
import { Test } from '@nestjs/testing';
import { emit, setup } from 'xstate';
import { z } from 'zod';
import { Room } from './decorators/room.decorator.js';
import { RoomsModule } from './rooms.module.js';
import { RoomsService } from './rooms.service.js';

const Chat = defineRoom({
  kind: 'chat',
  commands: { say: z.object({ text: z.string() }) },
  events: { said: z.object({ text: z.string() }) },
});
const out = outputs(Chat);
const machine = setup({ types: roomTypes<typeof Chat, object>() }).createMachine({
  on: { say: { actions: emit(({ event }) => out.said(event.data)) } },
});

@Room(Chat, { machine })
class ChatRoom {}

class SharedStore extends MemoryRoomStore {
  readonly isShared = true;
}

/** What others keep or know, until it hangs: then nothing that is asked of it is answered any more. */
class Hanging {
  isSilent = false;

  port<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          const answer: unknown = Reflect.apply(member, target, args);
          return this.isSilent && answer instanceof Promise ? new Promise(() => {}) : answer;
        };
      },
    });
  }
}

it.each([
  ['the store', ['store']],
  ['Redis', ['directory', 'courier']],
  ['the store and Redis', ['store', 'directory', 'courier']],
])('the end of an app takes less than ten seconds though %s will not answer any more', async (_, silent) => {
  const clock = new VirtualClock();
  const others = new Hanging();
  const ports = {
    store: new SharedStore(),
    directory: new MemoryDirectory(),
    courier: new MemoryCourier(),
    feed: new MemoryFeed(() => {}),
    users: new MemoryUsers(),
    close: async () => {},
  };
  const hanging = Object.entries(ports).map(([name, port]) => [name, silent.includes(name) ? others.port(port) : port]);
  const module = await Test.createTestingModule({
    imports: [
      RoomsModule.forRoot({ store: Object.fromEntries(hanging) as typeof ports, clock }),
      RoomsModule.forFeature([ChatRoom]),
    ],
  })
    .setLogger({ log() {}, warn() {}, error() {} })
    .compile();
  await module.init();
  const rooms = module.get(RoomsService);
  const say = (id: string): Promise<unknown> => rooms.room(Chat, id).send('say', { text: 'x' });
  for (const id of ['idle', 'busy']) await say(id);
  others.isSilent = true;
  const underWay = [say('busy'), say('new')].map((asked) => asked.catch(() => undefined));
  await clock.advance(10);
  const askedAt = clock.now();
  let endedAt: number | undefined;
  void module.close().then(() => (endedAt = clock.now()));
  for (let step = 0; step < 300; step += 1) await clock.advance(100);
  expect((endedAt ?? Infinity) - askedAt).toBeLessThan(10_000);
  await Promise.all(underWay);
});
