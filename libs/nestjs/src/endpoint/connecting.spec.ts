import { once } from 'node:events';
import type { Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@greenroom/rooms';
import {
  ForbiddenException,
  HttpException,
  Injectable,
  UnauthorizedException,
  UseGuards,
  UseInterceptors,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { WsException } from '@nestjs/websockets';
import { of, throwError } from 'rxjs';
import { UnauthenticatedError } from '../gateway/authenticator.js';
import { ManualClock } from '../gateway/rooms.fixture.js';
import type { Connection, ConnectionHandshake } from './connection.js';
import { EndpointApp, Gate, until, type EndpointAppOptions } from './endpoint-app.fixture.js';
import type { EndpointOptions } from './endpoint.options.js';
import { OnClose, OnConnect, OnMessage } from './handlers.decorators.js';
import { occasionOf } from './occasion.js';
import { WebSocketEndpoint } from './web-socket-endpoint.decorator.js';

let app: EndpointApp;
afterEach(() => app.stop());

type Judge = (connection: Connection<{ user?: string }>, context: ExecutionContext) => unknown;

/** An app whose endpoint is guarded by a function, and what came of it. */
const guarded = async (judge: Judge, options: EndpointOptions = {}, parts: EndpointAppOptions = {}) => {
  const noted: unknown[] = [];
  @Injectable()
  class Guard implements CanActivate {
    async canActivate(context: ExecutionContext): Promise<boolean> {
      return (await judge(context.switchToWs().getClient(), context)) as boolean;
    }
  }
  @WebSocketEndpoint('/ws', options)
  @UseGuards(Guard)
  class Guarded {
    @OnConnect()
    hello({ data, isOpen }: Connection) {
      noted.push({ ...data, isOpen });
    }
    @OnMessage()
    said(connection: Connection, text: string) {
      connection.send(text);
    }
    @OnClose()
    bye() {
      noted.push('close');
    }
  }
  app = await EndpointApp.start([Guarded], parts);
  return { noted, Guarded };
};

describe('a guard on the class', () => {
  it('runs before the upgrade is answered; what it notes is there in @OnConnect', async () => {
    const asked: unknown[] = [];
    const { noted } = await guarded((connection, context) => {
      if (occasionOf(context)?.type !== 'connect') return connection.data.user === 'ann';
      const { headers, address, url } = context.switchToWs().getData<ConnectionHandshake>();
      const { handshake, isOpen, id } = connection;
      asked.push(
        [context.getType(), context.switchToWs().getPattern(), occasionOf(context)],
        [headers['x-name'], connection.headers['x-name'], address, url, handshake.url, isOpen, typeof id],
        [connection.send('too early'), connection.endpoint.size],
      );
      connection.data.user = String(headers['x-name']);
      return true;
    });
    const client = app.client('/ws?room=1', { headers: { 'x-name': 'ann' } });
    expect(await client.opened).toBe('open');
    expect(asked).toEqual([
      ['ws', '/ws:connect', { type: 'connect', path: '/ws' }],
      ['ann', 'ann', '127.0.0.1', '/ws?room=1', '/ws?room=1', false, 'string'],
      [false, 0],
    ]);
    expect(noted).toEqual([{ user: 'ann', isOpen: true }]);
    await client.send('hi');
    expect(await client.first(1)).toEqual(['hi']);
  });

  it('may take two seconds: the connection is accepted then, and no other waits for it', async () => {
    const gate = new Gate();
    let slow = 0;
    const { noted } = await guarded(async ({ headers }) => {
      if (headers['x-slow'] !== undefined && (slow += 1) === 1) await gate.opened;
      return true;
    });
    const waiting = app.client('/ws', { headers: { 'x-slow': '1' } });
    await until(() => slow === 1);
    const quick = await app.client().send('quick');
    expect(await quick.first(1)).toEqual(['quick']);
    expect(noted).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    gate.open();
    expect(await waiting.opened).toBe('open');
    await waiting.send('slow');
    expect(await waiting.first(1)).toEqual(['slow']);
    expect(noted).toHaveLength(2);
  });

  it('that finds nobody in time refuses (503), whatever it says afterwards', async () => {
    const clock = new ManualClock();
    const gate = new Gate();
    const { noted } = await guarded(() => gate.opened.then(() => true), { admissionMs: 700 }, { options: { clock } });
    const client = app.client();
    await until(() => clock.pending > 0);
    clock.advance(700);
    expect(await client.opened).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    gate.open();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(noted).toEqual([]);
  });

  it.each([
    ['returns false', () => false, 403],
    ['throws ForbiddenException', new ForbiddenException(), 403],
    ['throws UnauthorizedException', new UnauthorizedException(), 401],
    ["throws the authenticators' own error", new UnauthenticatedError(), 401],
    ['throws 429', new HttpException('slow down', 429), 429],
    ['throws UnavailableError', new UnavailableError(), 503],
    ['throws a WsException', new WsException('no'), 403],
    ['throws something else', new Error('database down'), 403],
    ['throws no error at all', 'nothing', 403],
  ] as const)('that %s refuses with a status, and the socket is closed', async (_, verdict, status) => {
    const { noted, Guarded } = await guarded(() => {
      if (typeof verdict === 'function') return verdict();
      throw verdict;
    });
    const raw = app.raw();
    const [answer] = (await once(raw, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(new RegExp(`^HTTP/1.1 ${status} .*\r\nConnection: close\r\n`));
    expect(answer.toString()).not.toMatch(/database|slow down/);
    await once(raw, 'close');
    expect(noted).toEqual([]);
    expect(app.endpoint(Guarded).size).toBe(0);
    expect(app.logged).toHaveLength(['something else', 'no error at all'].some((known) => _.includes(known)) ? 1 : 0);
  });

  it('that closes the connection refuses it', async () => {
    await guarded((connection) => {
      connection.close(4000, 'no');
      return true;
    });
    expect(await app.client().opened).toMatchObject({ status: 403 });
  });

  it.each(['end', 'destroy', 'resetAndDestroy'] as const)(
    'whose peer vanishes meanwhile (%s) lets nobody in, and leaves nothing behind',
    async (leave) => {
      const gate = new Gate();
      let asked = 0;
      const { noted, Guarded } = await guarded(() => ((asked += 1) === 1 ? gate.opened.then(() => true) : true), {
        connectionsPerAddress: 1,
      });
      const raw = app.raw();
      await until(() => asked === 1);
      raw[leave]();
      await until(() => raw.destroyed);
      await new Promise((resolve) => setTimeout(resolve, 50));
      // Its guard is still at work.
      expect(await app.client().opened).toMatchObject({ status: 429 });
      gate.open();
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(noted).toEqual([]);
      expect(app.endpoint(Guarded).size).toBe(0);
      expect(await app.client().opened).toBe('open');
    },
  );

  it('is asked on every message too, as anywhere in Nest', async () => {
    const asked: unknown[] = [];
    await guarded((_, context) => {
      asked.push([occasionOf(context)?.type, context.getHandler().name, context.getClass().name]);
      return true;
    });
    await (await app.client().send('hi')).first(1);
    expect(asked).toEqual([
      ['connect', 'hello', 'Guarded'],
      ['message', 'said', 'Guarded'],
    ]);
  });
});

describe('nobody is let in', () => {
  it('by an interceptor that answers by itself, or throws on the way out', async () => {
    @Injectable()
    class Answers implements NestInterceptor {
      intercept = () => of(true);
    }
    @WebSocketEndpoint('/ws')
    @UseInterceptors(Answers)
    class Answered {
      @OnMessage()
      said() {}
    }
    @Injectable()
    class Throws implements NestInterceptor {
      intercept = () => throwError(() => new UnauthorizedException());
    }
    @WebSocketEndpoint('/throws')
    @UseInterceptors(Throws)
    class Thrown {
      @OnMessage()
      said() {}
    }
    app = await EndpointApp.start([Answered, Thrown]);
    expect(await app.client().opened).toMatchObject({ status: 403 });
    expect(await app.client('/throws').opened).toMatchObject({ status: 401 });
  });

  it.each(['module', 'application'] as const)('past a global guard of the %s', async (where) => {
    @Injectable()
    class Deny implements CanActivate {
      canActivate = (): boolean => false;
    }
    @WebSocketEndpoint('/ws')
    class Open {
      @OnMessage()
      said() {}
    }
    app = await EndpointApp.start([Open], {
      ...(where === 'module' && { providers: [{ provide: APP_GUARD, useClass: Deny }] }),
      before: (nest) => (where === 'application' ? nest.useGlobalGuards(new Deny()) : undefined),
    });
    expect(await app.client().opened).toMatchObject({ status: 403 });
  });

  it('past a guard on the @OnConnect method', async () => {
    @Injectable()
    class Deny implements CanActivate {
      canActivate = (): boolean => false;
    }
    @WebSocketEndpoint('/ws')
    class Open {
      @OnConnect()
      @UseGuards(Deny)
      hello() {}
    }
    app = await EndpointApp.start([Open]);
    expect(await app.client().opened).toMatchObject({ status: 403 });
  });
});

describe('before any guard is asked', () => {
  it('a page of another origin is refused, unless the endpoint says it may', async () => {
    let asked = 0;
    const judge = () => (asked += 1) > 0;
    await guarded(judge, { origins: ['https://app.example.com'] });
    for (const origin of ['https://evil.example', 'null', 'not an origin'])
      expect(await app.client('/ws', { origin }).opened).toMatchObject({ status: 403 });
    expect(asked).toBe(0);
    for (const origin of ['https://app.example.com', `http://127.0.0.1:${app.port}`])
      expect(await app.client('/ws', { origin }).opened).toBe('open');
    expect(await app.client().opened).toBe('open');
    await app.stop();
    await guarded(judge, { origins: '*' });
    for (const origin of ['https://evil.example', 'null'])
      expect(await app.client('/ws', { origin }).opened).toBe('open');
  });

  it('no more connections of an address are accepted than it may have, until one of them ends', async () => {
    const { noted } = await guarded(() => true, { connectionsPerAddress: 2 });
    const [first] = [app.client(), app.client()];
    await until(() => noted.length === 2);
    expect(await app.client().opened).toMatchObject({ status: 429, headers: { 'retry-after': '5' } });
    first?.socket.close();
    await until(() => noted.includes('close'));
    expect(await app.client().opened).toBe('open');
  });

  it('those whose guards are not through count too', async () => {
    const gate = new Gate();
    let asked = 0;
    await guarded(() => ((asked += 1), gate.opened.then(() => true)), { connectionsPerAddress: 2 });
    const clients = [app.client(), app.client()];
    await until(() => asked === 2);
    expect(await app.client().opened).toMatchObject({ status: 429 });
    gate.open();
    for (const client of clients) expect(await client.opened).toBe('open');
  });

  it('addresses are counted as the proxies of ours tell them', async () => {
    await guarded(() => true, { connectionsPerAddress: 1, trustProxy: 1 });
    const from = (address: string) => app.client('/ws', { headers: { 'x-forwarded-for': `1.1.1.1, ${address}` } });
    expect(await from('2.2.2.2').opened).toBe('open');
    expect(await from('3.3.3.3').opened).toBe('open');
    expect(await from('3.3.3.3').opened).toMatchObject({ status: 429 });
  });

  it('rateLimit off lifts the count', async () => {
    await guarded(() => true, { connectionsPerAddress: 1 }, { options: { rateLimit: false } });
    for (let i = 0; i < 5; i += 1) expect(await app.client().opened).toBe('open');
  });
});

describe('a peer that does not wait for its answer', () => {
  // A masked frame with the text "hi", mask 0.
  const HI = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]);

  it('is heard once it is accepted, in order', async () => {
    const gate = new Gate();
    let asked = 0;
    await guarded(() => ((asked += 1) === 1 ? gate.opened.then(() => true) : true));
    const raw = app.raw();
    raw.write(HI);
    await until(() => asked === 1);
    raw.write(HI);
    await new Promise((resolve) => setTimeout(resolve, 50));
    let answer = '';
    raw.on('data', (bytes: Buffer) => (answer += bytes.toString('latin1')));
    gate.open();
    await until(() => answer.endsWith('\u0081\u0002hi\u0081\u0002hi'));
  });

  it('is refused when it sends more than that', async () => {
    const gate = new Gate();
    let asked = 0;
    await guarded(() => ((asked += 1), gate.opened.then(() => true)));
    const raw = app.raw();
    await until(() => asked === 1);
    raw.write(Buffer.alloc(20_000));
    const [answer] = (await once(raw, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 400 /);
    gate.open();
  });
});

it('whoever was refused is gone, even if they keep their own half open', async () => {
  await guarded(() => false);
  const server = app.nest.getHttpServer() as Server;
  const connections = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
  for (const path of ['/ws', '/nope']) {
    const raw = app.raw(path, [], true);
    await once(raw.resume(), 'end');
    // As long as the backstop of all specs lets it: who is not gone fails by that.
    while ((await connections()) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
});

it('what is no WebSocket upgrade is answered by an HTTP status, and counts for nobody', async () => {
  const { noted } = await guarded(() => true, { connectionsPerAddress: 1 });
  const raw = app.raw('/ws', ['Sec-WebSocket-Version: 99']);
  const [answer] = (await once(raw, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1.1 400 /);
  expect(await app.client().opened).toBe('open');
  expect(noted).toHaveLength(1);
});
