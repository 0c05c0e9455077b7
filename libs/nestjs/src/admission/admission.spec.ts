import { afterEach, describe, expect, test } from '@jest/globals';
import { defineRoom } from '@greenroom/rooms';
import {
  BadRequestException,
  Catch,
  Inject,
  Injectable,
  Scope,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, REQUEST } from '@nestjs/core';
import { MessageBody } from '@nestjs/websockets';
import { map, of, type Observable } from 'rxjs';
import { z } from 'zod';
import { OnCommand } from '../decorators/on-command.decorator.js';
import { OnJoin } from '../decorators/on-join.decorator.js';
import { Room } from '../decorators/room.decorator.js';
import { RoomsGateway } from '../gateway/rooms.gateway.js';
import { noLogic } from '../fake-node.fixture.js';
import { RoomsApp, type Outcome } from '../rooms-app.fixture.js';

const Chat = defineRoom({
  kind: 'chat',
  join: z.object({ text: z.string() }).optional(),
  commands: { say: z.object({ text: z.string() }), plain: z.object({ text: z.string() }) },
  events: {},
});

let app: RoomsApp | undefined;
afterEach(() => app?.close());

type Operation = 'connect' | 'join' | 'command' | 'command without a method';
const run = (operation: Operation, started: RoomsApp, data: unknown = { text: 'hi' }): Promise<Outcome> => {
  app = started;
  if (operation === 'connect') return started.connect();
  if (operation === 'join') return started.join(Chat, data);
  return started.command(Chat, operation === 'command' ? 'say' : 'plain', data);
};
const all: Operation[] = ['connect', 'join', 'command', 'command without a method'];
const inRooms: Operation[] = ['join', 'command', 'command without a method'];
const withMethods: Operation[] = ['join', 'command'];

@Injectable()
class Deny implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}
@Injectable()
class Broken implements CanActivate {
  canActivate(): boolean {
    throw new Error('guard secret');
  }
}
@Injectable()
class ShortCircuit implements NestInterceptor {
  intercept(): Observable<unknown> {
    return of({ position: { epoch: 1, seq: 7 }, room: 'chat/a' });
  }
}
@Injectable()
class Refusing implements PipeTransform {
  transform(): never {
    throw new BadRequestException(['text: too rude']);
  }
}

/** The gateway and a room, both decorated alike. */
const decorated = (
  ...decorators: ClassDecorator[]
): { rooms: Type<object>[]; options: { gateway: Type<RoomsGateway> } } => {
  @Room(Chat, { logic: noLogic })
  class ChatRoom {
    @OnJoin() join(@MessageBody() data: unknown) {
      return { name: data === undefined ? 'Nobody' : 'Ann' };
    }
    @OnCommand('say') say(@MessageBody() data: unknown) {
      return data as { text: string };
    }
  }
  class Gateway extends RoomsGateway {}
  for (const decorate of decorators) for (const target of [ChatRoom, Gateway]) decorate(target);
  return { rooms: [ChatRoom], options: { gateway: Gateway } };
};

const throwing = (make: () => unknown, asynchronous: boolean) => {
  const boom = (): never => {
    throw make();
  };
  @Room(Chat, { logic: noLogic })
  class ChatRoom {
    @OnJoin() join(): { name: string } | Promise<{ name: string }> {
      return asynchronous ? Promise.resolve().then(boom) : boom();
    }
    @OnCommand('say') say(): void | Promise<void> {
      return asynchronous ? Promise.resolve().then(boom) : boom();
    }
  }
  return { rooms: [ChatRoom] };
};

describe.each(all)('%s', (operation) => {
  test('goes in when nothing objects', async () => {
    const { error, went } = await run(operation, await RoomsApp.start(decorated()));
    expect(error).toBeUndefined();
    expect(went).toHaveLength(1);
  });

  test.each([
    ['class', () => decorated(UseGuards(Deny))],
    ['app', () => ({ ...decorated(), providers: [{ provide: APP_GUARD, useClass: Deny }] })],
  ])('a guard of the %s that says no: FORBIDDEN', async (_, parts) => {
    const { error, went } = await run(operation, await RoomsApp.start(parts()));
    expect(error?.toBody()).toMatchObject({ code: 'FORBIDDEN' });
    expect(error?.reason).toBeUndefined();
    expect(went).toEqual([]);
  });

  test('a guard that throws: INTERNAL, told to the log once and never to the client', async () => {
    const started = await RoomsApp.start(decorated(UseGuards(Broken)));
    const { error, went } = await run(operation, started);
    expect(error?.code).toBe('INTERNAL');
    expect(JSON.stringify(error?.toBody())).not.toContain('secret');
    expect(started.logged).toHaveLength(1);
    expect(started.logged[0]?.[0]).toContain('guard secret');
    expect(went).toEqual([]);
  });

  test.each([
    ['class', () => decorated(UseInterceptors(ShortCircuit))],
    ['app', () => ({ ...decorated(), providers: [{ provide: APP_INTERCEPTOR, useClass: ShortCircuit }] })],
  ])('an interceptor of the %s that answers itself: FORBIDDEN', async (_, parts) => {
    const { error, went } = await run(operation, await RoomsApp.start(parts()));
    expect(error?.code).toBe('FORBIDDEN');
    expect(went).toEqual([]);
  });

  test('an APP_FILTER that returns a value turns no refusal into success', async () => {
    @Catch()
    class Forgiving implements ExceptionFilter {
      catch(): unknown {
        return { position: { epoch: 1, seq: 7 } };
      }
    }
    const parts = decorated(UseGuards(Deny));
    const started = await RoomsApp.start({ ...parts, providers: [{ provide: APP_FILTER, useClass: Forgiving }] });
    const { error, went } = await run(operation, started);
    expect(error?.code).toBe('FORBIDDEN');
    expect(went).toEqual([]);
  });

  test.each([Scope.REQUEST, Scope.TRANSIENT])('an APP_GUARD of scope %s that says no is asked', async (scope) => {
    const provide = { provide: APP_GUARD, useClass: Deny, scope };
    const { error, went } = await run(operation, await RoomsApp.start({ ...decorated(), providers: [provide] }));
    expect(error?.code).toBe('FORBIDDEN');
    expect(went).toEqual([]);
  });

  test('a request-scoped APP_GUARD is built, with its dependencies and the connection', async () => {
    const seen: unknown[] = [];
    @Injectable()
    class Words {
      readonly yes = 'yes';
    }
    @Injectable({ scope: Scope.REQUEST })
    class Scoped implements CanActivate {
      constructor(
        private readonly words: Words,
        @Inject(REQUEST) private readonly request: { id: string },
      ) {}
      canActivate(context: ExecutionContext): boolean {
        seen.push(this.words.yes, this.request.id, context.getClass().name);
        return true;
      }
    }
    const providers = [Words, { provide: APP_GUARD, useClass: Scoped }];
    const { error, went } = await run(operation, await RoomsApp.start({ ...decorated(), providers }));
    expect(error).toBeUndefined();
    expect(seen).toEqual(['yes', 'c1', operation === 'connect' ? 'Gateway' : 'ChatRoom']);
    expect(went).toHaveLength(1);
  });

  test('a guard written for HTTP finds the headers', async () => {
    class HttpMinded implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        return context.switchToHttp().getRequest<Request>().headers['authorization' as never] === 'Bearer t';
      }
    }
    const parts = decorated(UseGuards(HttpMinded));
    expect((await run(operation, await RoomsApp.start(parts))).error).toBeUndefined();
  });
});

describe.each(inRooms)('%s', (operation) => {
  test('data the contract does not have: INVALID with issues', async () => {
    const { error, went } = await run(operation, await RoomsApp.start(decorated()), { text: 1 });
    expect(error?.toBody()).toMatchObject({ code: 'INVALID', issues: [{ path: ['text'] }] });
    expect(went).toEqual([]);
  });

  test('a request-scoped guard of the class is made with its dependency, for each operation', async () => {
    let made = 0;
    @Injectable()
    class Bouncer {
      readonly says = false;
    }
    @Injectable({ scope: Scope.REQUEST })
    class Scoped implements CanActivate {
      constructor(private readonly bouncer: Bouncer) {
        made += 1;
      }
      canActivate(): boolean {
        return this.bouncer.says;
      }
    }
    const { rooms } = decorated(UseGuards(Scoped));
    const started = await RoomsApp.start({ providers: [Bouncer, ...rooms] });
    const before = made;
    await run(operation, started);
    const { error, went } = await run(operation, started);
    expect(error?.code).toBe('FORBIDDEN');
    expect(went).toEqual([]);
    expect(made - before).toBe(2);
  });
});

describe.each(withMethods)('%s', (operation) => {
  test.each([
    ['class', () => decorated(UsePipes(Refusing))],
    ['app', () => ({ ...decorated(), providers: [{ provide: APP_PIPE, useClass: Refusing }] })],
  ])('a pipe of the %s that refuses: INVALID with issues', async (_, parts) => {
    const { error, went } = await run(operation, await RoomsApp.start(parts()));
    expect(error?.toBody()).toMatchObject({ code: 'INVALID', issues: [{ path: [], message: 'text: too rude' }] });
    expect(went).toEqual([]);
  });

  test.each([
    ['an error, at once', () => new Error('secret'), false],
    ['an error, later', () => new Error('secret'), true],
    ['something that is no error, at once', () => 'secret', false],
    ['nothing at all, later', () => undefined, true],
  ])('a method that throws %s: INTERNAL, logged once', async (_, make, asynchronous) => {
    const started = await RoomsApp.start(throwing(make, asynchronous));
    const { error, went } = await run(operation, started);
    expect(error?.code).toBe('INTERNAL');
    expect(JSON.stringify(error?.toBody())).not.toContain('secret');
    expect(started.logged).toHaveLength(1);
    expect(String(started.logged[0]?.[0])).toContain(
      operation === 'join' ? 'chat:room.join in chat/a' : 'chat:say in chat/a',
    );
    expect(went).toEqual([]);
  });
});

test('guards, interceptors, pipes run app first, then class, then method, and interceptors back to the reply', async () => {
  const order: string[] = [];
  const guard = (name: string): CanActivate => ({ canActivate: () => order.push(`guard ${name}`) > 0 });
  const interceptor = (name: string): NestInterceptor => ({
    intercept: (_: ExecutionContext, next: CallHandler) => {
      order.push(`into ${name}`);
      return next.handle().pipe(map((value: unknown) => (order.push(`out of ${name}`), value)));
    },
  });
  const pipe = (name: string): PipeTransform => ({
    transform: (value: unknown) => (order.push(`pipe ${name}`), value),
  });
  @Room(Chat, { logic: noLogic })
  @UseGuards(guard('class'))
  @UseInterceptors(interceptor('class'))
  @UsePipes(pipe('class'))
  class ChatRoom {
    @OnCommand('say')
    @UseGuards(guard('method'))
    @UseInterceptors(interceptor('method'))
    @UsePipes(pipe('method'))
    say(@MessageBody(pipe('parameter')) data: unknown): void {
      order.push(`method ${JSON.stringify(data)}`);
    }
  }
  const providers = [
    { provide: APP_GUARD, useValue: guard('app') },
    { provide: APP_INTERCEPTOR, useValue: interceptor('app') },
    { provide: APP_PIPE, useValue: pipe('app') },
  ];
  app = await RoomsApp.start({ rooms: [ChatRoom], providers });
  const { error } = await app.command(Chat, 'say', { text: 'hi' }, async () => {
    order.push('room');
    return { position: { epoch: 1, seq: 7 } };
  });
  expect(error).toBeUndefined();
  expect(order.join(', ')).toBe(
    'guard app, guard class, guard method, into app, into class, into method, ' +
      'pipe app, pipe class, pipe method, pipe parameter, method {"text":"hi"}, room, ' +
      'out of method, out of class, out of app',
  );
});
