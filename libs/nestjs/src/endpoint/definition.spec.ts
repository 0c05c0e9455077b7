import { afterEach, describe, expect, it } from '@jest/globals';
import { DefinitionError, MemoryRoomStore } from '@greenroom/rooms';
import { Injectable, Module, Scope, UseGuards, type CanActivate, type Type } from '@nestjs/common';
import { APP_GUARD, REQUEST } from '@nestjs/core';
import { ConnectedSocket, WebSocketGateway } from '@nestjs/websockets';
import { RoomsModule } from '../rooms.module.js';
import { EndpointApp, type EndpointAppOptions } from './endpoint-app.fixture.js';
import type { EndpointOptions } from './endpoint.options.js';
import { EndpointsModule } from './endpoints.module.js';
import { OnClose, OnConnect, OnMessage } from './handlers.decorators.js';
import { WebSocketEndpoint } from './web-socket-endpoint.decorator.js';

let app: EndpointApp | undefined;
afterEach(async () => {
  await app?.stop();
  app = undefined;
});

const started = async (classes: Type<object>[], parts: EndpointAppOptions = {}): Promise<unknown> => {
  try {
    app = await EndpointApp.start(classes, parts);
    return 'started';
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(DefinitionError);
    return (thrown as Error).message;
  }
};

@WebSocketEndpoint('/ws')
class Fine {
  @OnMessage()
  said() {}
}

const withOptions = (options: object, path = '/ws') => {
  @WebSocketEndpoint(path, options)
  class Some {
    @OnMessage()
    said() {}
  }
  return Some;
};

describe('the app does not start', () => {
  it('with two endpoints of one path', async () => {
    expect(await started([Fine, withOptions({})])).toBe('Fine and Some are both endpoints of the path /ws.');
  });

  it("with an endpoint on the rooms gateway's path, or on one of the app's WebSocket adapter", async () => {
    const rooms = RoomsModule.forRoot({ store: new MemoryRoomStore(), path: '/ws' });
    expect(await started([Fine], { imports: [rooms] })).toBe('Two WebSocket servers want the path /ws.');
    @WebSocketGateway({ path: '/ws' })
    class Mine {}
    expect(await started([Fine], { providers: [Mine] })).toBe('Two WebSocket servers want the path /ws.');
    expect(await started([withOptions({}, '/socket.io')])).toBe('Two WebSocket servers want the path /socket.io.');
  });

  it('with an endpoint at /, where a WsAdapter has gateways without a path; Socket.IO has not', async () => {
    @WebSocketGateway()
    class Pathless {}
    const root = withOptions({}, '/');
    expect(await started([root], { providers: [Pathless], adapter: 'ws' })).toBe(
      'Two WebSocket servers want the path /.',
    );
    expect(await started([root], { providers: [Pathless] })).toBe('started');
    expect(await app?.client('/').opened).toBe('open');
  });

  it('with two methods for one thing', async () => {
    @WebSocketEndpoint('/ws')
    class Twice {
      @OnMessage()
      one() {}
      @OnMessage()
      two() {}
    }
    expect(await started([Twice])).toBe('Twice has two methods with @OnMessage: one and two.');
  });

  it('with a method decorated twice', () => {
    expect(() => {
      class Doubled {
        @OnClose()
        @OnClose()
        bye() {}
      }
      return Doubled;
    }).toThrow('Doubled.bye is decorated twice with @OnClose.');
  });

  it('with a class that handles nothing', async () => {
    @WebSocketEndpoint('/ws')
    class Nothing {
      said() {}
    }
    expect(await started([Nothing])).toBe(
      'Nothing handles nothing: it has no method with @OnConnect, @OnMessage, @OnBinary, @OnClose, @OnError.',
    );
  });

  it('with decorated parameters where they would not be read', async () => {
    @WebSocketEndpoint('/ws')
    class Decorated {
      @OnConnect()
      hello(@ConnectedSocket() _: unknown) {}
    }
    expect(await started([Decorated])).toBe(
      'Decorated.hello is called by @OnConnect with its arguments as they are: decorators on its parameters are for @OnMessage and @OnBinary.',
    );
  });

  it.each(['ws', '', '/ws?x=1', '/ws#x', '/w s', 5, null])('with the path %p', async (path) => {
    expect(await started([withOptions({}, path as string)])).toMatch(/^Some: .* is no path: write one as '\/ws'/);
  });

  it.each([
    [{ maxBytes: 0 }, 'maxBytes must be a whole number, at least 1, not 0.'],
    [{ maxBytes: Infinity }, 'maxBytes must be a whole number, at least 1, not Infinity.'],
    [{ maxBytes: 2 ** 31 }, 'maxBytes must be a whole number'],
    [{ maxBytes: '64kb' }, "not '64kb'."],
    [{ pingEveryMs: NaN }, 'pingEveryMs must be a whole number'],
    [{ admissionMs: undefined }, 'admissionMs must be a whole number, at least 1, not undefined.'],
    [{ trustProxy: true }, 'trustProxy must be a whole number, at least 0, not true.'],
    [{ origins: 'https://app.example.com' }, `origins must be '*', or a list of origins`],
    [{ origins: ['app.example.com'] }, 'origins must be'],
    [{ origins: ['https://app.example.com/'] }, 'origins must be'],
    [{ messages: { perSecond: 5 } }, 'messages must be { perSecond, burst }, both positive, burst at least 1'],
    [{ messages: { perSecond: 5, burst: 0.5 } }, 'messages must be'],
    [{ messages: null }, 'not null.'],
    [{ rateLimit: 'off' }, "rateLimit must be true or false, not 'off'."],
    [{ connectionsPerAddress: 0 }, 'connectionsPerAddress must be'],
  ])('with the options %j', async (options, sentence) => {
    expect(await started([withOptions(options)])).toContain(sentence);
    expect(await started([Fine], { options: options as EndpointOptions })).toMatch(/^EndpointsModule.forRoot: /);
  });

  it('with an endpoint that is request-scoped, by itself, what it depends on, or what guards it', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped implements CanActivate {
      canActivate = (): boolean => true;
    }
    @WebSocketEndpoint('/ws')
    @Injectable({ scope: Scope.REQUEST })
    class Itself extends Fine {}
    @WebSocketEndpoint('/ws')
    class Depending extends Fine {
      constructor(readonly scoped: Scoped) {
        super();
      }
    }
    @WebSocketEndpoint('/ws')
    @UseGuards(Scoped)
    class Guarded extends Fine {}
    @Module({ providers: [Scoped], exports: [Scoped] })
    class Scopes {}
    for (const one of [Itself, Guarded]) expect(await started([one])).toMatch(/^\w+, something .* is request-scoped/);
    const imports = [EndpointsModule.forFeature([Depending], { imports: [Scopes] })];
    expect(await started([], { imports })).toMatch(/^Depending, something/);
    expect(await started([Fine], { providers: [{ provide: APP_GUARD, useClass: Scoped }] })).toMatch(
      /^Fine, something/,
    );
  });

  it('with an endpoint behind a custom provider: Nest would load it without its guards', async () => {
    expect(await started([], { providers: [{ provide: 'x', useClass: Fine }] })).toContain(
      'Fine must be listed as a class',
    );
  });

  it('with request-scoped options: the endpoints would not open, without a word', async () => {
    const root = EndpointsModule.forRootAsync({ inject: [REQUEST], useFactory: () => ({}) });
    expect(await started([Fine], { imports: [root] })).toContain('EndpointsModule was given request-scoped options');
  });
});

describe('the app starts', () => {
  it('with one endpoint that several modules list', async () => {
    const imports = [EndpointsModule.forFeature([Fine]), EndpointsModule.forFeature([Fine])];
    expect(await started([Fine], { imports })).toBe('started');
    expect(await app?.client().opened).toBe('open');
  });

  it("with an endpoint among a module's own providers, and with inherited handlers", async () => {
    @WebSocketEndpoint('/own')
    class Own extends Fine {}
    expect(await started([Fine], { providers: [Own] })).toBe('started');
    expect(await app?.client('/own').opened).toBe('open');
  });

  it('with options from other providers, which endpoints overrule', async () => {
    @Module({ providers: [{ provide: 'limit', useValue: 1 }], exports: ['limit'] })
    class Config {}
    const root = EndpointsModule.forRootAsync({
      imports: [Config],
      inject: ['limit'],
      useFactory: (connectionsPerAddress: number) => ({ connectionsPerAddress }),
    });
    expect(await started([Fine, withOptions({ connectionsPerAddress: 2 }, '/two')], { imports: [root] })).toBe(
      'started',
    );
    const outcomes = [];
    for (const path of ['/ws', '/ws', '/two', '/two', '/two']) outcomes.push(await app?.client(path).opened);
    const full = expect.objectContaining({ status: 429 });
    expect(outcomes).toEqual(['open', full, 'open', 'open', full]);
  });
});
