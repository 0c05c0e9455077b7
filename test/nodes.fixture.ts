import 'reflect-metadata';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { Room, RoomsModule, type RoomsModuleOptions } from '@greenroom/nestjs';
import { openRedis, type RedisOptions } from '@greenroom/redis';
import { defineRoom, outputs, roomTypes } from '@greenroom/rooms';
import { Module, type INestApplication, type INestApplicationContext, type Provider, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import type { Namespace, Socket } from 'socket.io';
import { emit, setup } from 'xstate';
import { z } from 'zod';
import { RedisServer } from '../scripts/redis-server.mjs';
import { byName } from './kit/app.js';

export const Hall = defineRoom({
  kind: 'hall',
  commands: { say: z.object({ text: z.string() }) },
  events: { said: z.object({ text: z.string() }) },
});
const out = outputs(Hall);
const machine = setup({ types: roomTypes<typeof Hall, object>() }).createMachine({
  context: {},
  on: { say: { actions: emit(({ event }) => out.said({ text: event.data.text })) } },
});

@Room(Hall, { machine, historyFor: 'all' })
class HallRoom {}

/** A gateway that has nothing to do with rooms. */
@WebSocketGateway({ namespace: '/news' })
export class NewsGateway {
  @WebSocketServer() readonly server!: Namespace;

  @SubscribeMessage('follow')
  async follow(@ConnectedSocket() socket: Socket, @MessageBody() topic: string): Promise<string> {
    await socket.join(topic);
    return topic;
  }
}

export interface NodeOptions {
  readonly redis?: Partial<RedisOptions>;
  readonly rooms?: Partial<RoomsModuleOptions>;
  readonly providers?: readonly Provider[];
}

/** A Nest app that is one node of several. */
export class Node {
  constructor(
    readonly app: INestApplication,
    readonly url: string,
  ) {}

  get<T>(type: Type<T> | symbol): T {
    return (this.app as INestApplicationContext).get<T>(type);
  }
}

/** Apps of one spec file, in this process, on a real Redis of their own. */
export class Nodes {
  readonly #apps: INestApplication[] = [];
  #redis: RedisServer | undefined;
  #clusters = 0;

  constructor() {
    // The first one on a machine is downloaded.
    beforeAll(async () => void (this.#redis = await RedisServer.start()), 120_000);
    afterEach(() => this.close());
    afterAll(() => this.#redis?.close());
  }

  get redis(): RedisServer {
    if (this.#redis === undefined) throw new Error('redis-server runs within tests only');
    return this.#redis;
  }

  /** A prefix that no other test has. */
  cluster(): string {
    return `cluster${(this.#clusters += 1)}`;
  }

  async start(prefix: string, { redis, rooms, providers = [] }: NodeOptions = {}): Promise<Node> {
    @Module({
      imports: [
        RoomsModule.forRoot({
          store: (parts) => openRedis({ url: this.redis.url, prefix, ...parts, ...redis }),
          authenticator: byName,
          ...rooms,
        }),
        RoomsModule.forFeature([HallRoom]),
      ],
      providers: [NewsGateway, ...providers],
    })
    class App {}
    const app = await NestFactory.create(App, { logger: false, abortOnError: false });
    this.#apps.push(app);
    await app.listen(0, '127.0.0.1');
    return new Node(app, await app.getUrl());
  }

  /** Two nodes of one cluster. */
  async pair(options: NodeOptions = {}): Promise<{ readonly a: Node; readonly b: Node; readonly prefix: string }> {
    const prefix = this.cluster();
    return { a: await this.start(prefix, options), b: await this.start(prefix, options), prefix };
  }

  async close(): Promise<void> {
    await Promise.all(this.#apps.splice(0).map((app) => app.close()));
  }
}
