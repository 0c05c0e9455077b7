import { afterEach, describe, expect, it } from '@jest/globals';
import {
  BadRequestException,
  createParamDecorator,
  Inject,
  Injectable,
  SetMetadata,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { APP_GUARD, APP_PIPE, Reflector } from '@nestjs/core';
import { ConnectedSocket, MessageBody } from '@nestjs/websockets';
import { tap, type Observable } from 'rxjs';
import type { Connection } from './connection.js';
import { EndpointApp, until } from './endpoint-app.fixture.js';
import { OnBinary, OnConnect, OnError, OnMessage } from './handlers.decorators.js';
import { occasionOf } from './occasion.js';
import { WebSocketEndpoint } from './web-socket-endpoint.decorator.js';

let app: EndpointApp;
afterEach(() => app.stop());

class Json implements PipeTransform<string> {
  transform(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw new BadRequestException('That is no JSON.');
    }
  }
}
class Upper implements PipeTransform {
  transform = (value: unknown): unknown => (typeof value === 'string' ? value.toUpperCase() : value);
}
const Id = createParamDecorator((_, context) => context.switchToWs().getClient<Connection>().id.length > 0);

const noted: unknown[] = [];
afterEach(() => void noted.splice(0));

@Injectable()
class Around implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { type } = occasionOf(context) ?? {};
    noted.push(`before ${type}`);
    return next.handle().pipe(tap((value: unknown) => noted.push(`after ${type}: ${String(value)}`)));
  }
}

describe('of a message', () => {
  it('pipes make the parameters, and interceptors stand around the method, in order', async () => {
    @WebSocketEndpoint('/ws')
    @UsePipes(Upper)
    class Piped {
      @OnMessage()
      @UseInterceptors(Around)
      async said(@MessageBody(Json) body: unknown, @ConnectedSocket() connection: Connection, @Id() hasId: boolean) {
        noted.push([body, hasId]);
        connection.send(JSON.stringify(body));
        return 'not sent';
      }
      @OnBinary()
      bytes(@MessageBody() bytes: Buffer) {
        noted.push(bytes.length);
      }
    }
    app = await EndpointApp.start([Piped]);
    const client = await app.client().send('{"a":1}', Buffer.from([1, 2]));
    await until(() => noted.length === 4);
    expect(noted).toEqual(['before message', [{ A: 1 }, true], 'after message: not sent', 2]);
    expect(await client.first(1)).toEqual(['{"A":1}']);
  });

  it('what a pipe or a guard refuses reaches no method, and @OnError is told', async () => {
    @Injectable()
    class Deny implements CanActivate {
      canActivate = (): boolean => false;
    }
    @WebSocketEndpoint('/ws')
    class Refusing {
      @OnMessage()
      said(@MessageBody(Json) body: unknown) {
        noted.push(body);
      }
      @OnBinary()
      @UseGuards(Deny)
      bytes() {
        noted.push('bytes');
      }
      @OnError()
      failed(connection: Connection, error: Error) {
        connection.send(`${error.constructor.name}: ${error.message}`);
      }
    }
    app = await EndpointApp.start([Refusing]);
    const client = await app.client().send('no', Buffer.from([1]), '[1]');
    await until(() => noted.length === 1);
    expect(await client.first(2)).toEqual([
      'BadRequestException: That is no JSON.',
      'ForbiddenException: Forbidden resource',
    ]);
    expect(noted).toEqual([[1]]);
    expect(app.logged).toEqual([]);
  });

  it('a refusal without @OnError is a warning without a stack', async () => {
    @WebSocketEndpoint('/ws')
    class Refusing {
      @OnMessage()
      said(@MessageBody(Json) body: unknown) {
        noted.push(body);
      }
    }
    app = await EndpointApp.start([Refusing]);
    await app.client().send('no', '1');
    await until(() => noted.length === 1);
    expect(app.logged).toEqual(['/ws: a handler failed: That is no JSON.']);
  });

  it('an interceptor that answers by itself keeps the method from being called', async () => {
    @Injectable()
    class Half implements NestInterceptor {
      intercept = (context: ExecutionContext, next: CallHandler): Observable<unknown> =>
        context.switchToWs().getData() === 'no' ? ([] as unknown as Observable<unknown>) : next.handle();
    }
    @WebSocketEndpoint('/ws')
    class Intercepted {
      @OnMessage()
      @UseInterceptors(Half)
      said(_: Connection, text: string, ...further: unknown[]) {
        noted.push(text, further);
      }
    }
    app = await EndpointApp.start([Intercepted]);
    await app.client().send('no', 'yes');
    await until(() => noted.length === 2);
    expect(noted).toEqual(['yes', []]);
  });
});

it("the app's own guards and pipes run, with what is written on class and method, and with dependencies", async () => {
  const Role = (role: string) => SetMetadata('role', role);
  @Injectable()
  class Roles implements CanActivate {
    constructor(
      private readonly reflector: Reflector,
      @Inject('admins') private readonly admins: readonly string[],
    ) {}
    canActivate(context: ExecutionContext): boolean {
      const role = this.reflector.getAllAndOverride<string | undefined>('role', [
        context.getHandler(),
        context.getClass(),
      ]);
      return (
        role !== 'admin' || this.admins.includes(String(context.switchToWs().getClient<Connection>().headers['x']))
      );
    }
  }
  @WebSocketEndpoint('/ws')
  @Role('anybody')
  class Ruled {
    @OnConnect()
    hello() {}
    @OnMessage()
    said(@MessageBody() text: string) {
      noted.push(text);
    }
    @OnBinary()
    @Role('admin')
    bytes(_: Connection, bytes: Buffer) {
      noted.push(bytes.length);
    }
    @OnError()
    failed() {
      noted.push('refused');
    }
  }
  app = await EndpointApp.start([Ruled], {
    providers: [
      { provide: 'admins', useValue: ['ann'] },
      { provide: APP_GUARD, useClass: Roles },
      { provide: APP_PIPE, useClass: Upper },
    ],
  });
  await app.client('/ws', { headers: { x: 'ben' } }).send('ben', Buffer.from([1]));
  await until(() => noted.length === 2);
  await app.client('/ws', { headers: { x: 'ann' } }).send('ann', Buffer.from([1]));
  await until(() => noted.length === 4);
  expect(noted).toEqual(['BEN', 'refused', 'ANN', 1]);
});
