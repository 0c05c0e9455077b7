import 'reflect-metadata';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Module, type INestApplication, type Provider, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { MemoryUsers, systemIds, SystemClock, type Clock, type RoomsNode, type Users } from '@greenroom/rooms';
import { io, type Socket } from 'socket.io-client';
import { WebSocket, type ClientOptions } from 'ws';
import { jsonCodec, type Codec, type FrameLimits } from '@greenroom/protocol';
import { UpgradeRouter } from '../sockets/upgrade-router.js';
import { WebSocketCarrier } from '../carriers/websocket-carrier.js';
import { Connections } from './connections.js';
import { gatewaySettings, type GatewayOptions } from './gateway.options.js';
import {
  ROOMS_ADMISSION,
  ROOMS_AUTHENTICATOR,
  ROOMS_CLOCK,
  ROOMS_GATEWAY_SETTINGS,
  ROOMS_IDS,
  ROOMS_NODE,
  ROOMS_USERS,
} from './gateway.tokens.js';
import { Reception } from './reception.js';
import { FakeAdmission, FakeAuthenticator, FakeRooms } from './rooms.fixture.js';
import { RoomsGateway } from './rooms.gateway.js';

/** A client trusts its server. */
const NO_FRAME_LIMITS: FrameLimits = { maxBytes: Infinity, maxDepth: Infinity, maxKeys: Infinity };

export interface AppOptions {
  readonly gateway?: GatewayOptions;
  readonly clock?: Clock;
  readonly http?: 'express' | 'fastify';
  /** Under Nest's WsAdapter there are no namespaces, so no `RoomsGateway`. A function: one of the app's own. */
  readonly adapter?: 'io' | 'ws' | ((app: INestApplication) => IoAdapter);
  readonly providers?: readonly Provider[];
  readonly users?: Users;
  /** Instead of the fake. */
  readonly node?: RoomsNode;
  readonly gatewayClass?: Type<RoomsGateway>;
}

/** Resolves when it is so: the server sees in its own time what a client does. */
export const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise(setImmediate);
};

/** A Nest application on a port of its own, with fakes behind real sockets. */
export class GatewayApp {
  readonly rooms = new FakeRooms();
  readonly admission = new FakeAdmission();
  readonly authenticator = new FakeAuthenticator();
  readonly #sockets: { close(): void }[] = [];
  readonly #wires: WebSocket[] = [];
  #app: INestApplication | undefined;
  #gateway: RoomsGateway | undefined;

  static async start(options: AppOptions = {}): Promise<GatewayApp> {
    const started = new GatewayApp();
    await started.#listen(options);
    return started;
  }

  get app(): INestApplication {
    if (this.#app === undefined) throw new Error('not started');
    return this.#app;
  }

  /** Unless it runs under the plain adapter. */
  get gateway(): RoomsGateway | undefined {
    return this.#gateway;
  }

  get port(): number {
    return (this.app.getHttpServer().address() as AddressInfo).port;
  }

  get connections(): Connections {
    return this.app.get(Connections);
  }

  async stop(): Promise<void> {
    const engines = [...(this.#gateway?.server?.sockets.values() ?? [])].map(({ conn }) => once(conn, 'close'));
    for (const socket of this.#sockets) socket.close();
    await Promise.all(engines);
    for (const wire of this.#wires) wire.terminate();
    await this.app.close();
  }

  /** A plain WebSocket, with a token in the header unless it is `undefined`. */
  plain(token: string | undefined, options: PlainOptions = {}): PlainClient {
    const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...options.headers };
    const url = `ws://127.0.0.1:${this.port}${options.path ?? '/rooms'}`;
    const socket = new WebSocket(url, [...(options.subprotocols ?? [])], { ...options.ws, headers });
    this.#wires.push(socket);
    return new PlainClient(socket, options.codec ?? jsonCodec);
  }

  /** A stock Socket.IO client. */
  io(token: string | undefined, options: Parameters<typeof io>[1] = {}, namespace = '/rooms'): IoClient {
    const socket = io(`http://127.0.0.1:${this.port}${namespace}`, {
      auth: token === undefined ? {} : { token },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      ...options,
    });
    this.#sockets.push(socket);
    return new IoClient(socket);
  }

  async #listen(options: AppOptions): Promise<void> {
    const providers: Provider[] = [
      { provide: ROOMS_NODE, useValue: options.node ?? this.rooms.node },
      { provide: ROOMS_ADMISSION, useValue: this.admission },
      { provide: ROOMS_AUTHENTICATOR, useValue: this.authenticator },
      { provide: ROOMS_CLOCK, useValue: options.clock ?? new SystemClock() },
      { provide: ROOMS_IDS, useValue: systemIds },
      { provide: ROOMS_USERS, useValue: options.users ?? new MemoryUsers() },
      { provide: ROOMS_GATEWAY_SETTINGS, useValue: gatewaySettings(options.gateway) },
      Connections,
      Reception,
      UpgradeRouter,
      WebSocketCarrier,
      ...(options.adapter === 'ws' ? [] : [options.gatewayClass ?? RoomsGateway]),
      ...(options.providers ?? []),
    ];
    @Module({ providers })
    class App {}
    const app =
      options.http === 'fastify'
        ? await NestFactory.create(App, new FastifyAdapter(), { logger: false })
        : await NestFactory.create(App, { logger: false });
    if (options.adapter === 'ws') app.useWebSocketAdapter(new WsAdapter(app));
    if (typeof options.adapter === 'function') app.useWebSocketAdapter(options.adapter(app));
    await app.listen(0, '127.0.0.1');
    this.#app = app;
    if (options.adapter !== 'ws') this.#gateway = app.get<RoomsGateway>(options.gatewayClass ?? RoomsGateway);
  }
}

export interface PlainOptions {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly subprotocols?: readonly string[];
  readonly codec?: Codec;
  readonly ws?: ClientOptions;
}

export type Message = Record<string, unknown>;

/** Keeps every push, and gives those a spec asks for in the order they came. */
class Inbox {
  readonly all: Message[] = [];
  readonly #taken = new Map<unknown, number>();
  readonly #waiting = new Map<unknown, (() => void)[]>();

  put(message: Message): void {
    this.all.push(message);
    const waiting = this.#waiting.get(message['op']) ?? [];
    this.#waiting.delete(message['op']);
    for (const resume of waiting) resume();
  }

  async next(op: string): Promise<Message> {
    for (;;) {
      const taken = this.#taken.get(op) ?? 0;
      const found = this.all.filter((message) => message['op'] === op)[taken];
      if (found !== undefined) {
        this.#taken.set(op, taken + 1);
        return found;
      }
      await new Promise<void>((resolve) => {
        this.#waiting.set(op, [...(this.#waiting.get(op) ?? []), resolve]);
      });
    }
  }
}

export class PlainClient {
  readonly pushes = new Inbox();
  readonly closed: Promise<{ code: number; reason: string }>;
  /** The handshake's outcome: `open`, or what went wrong. */
  readonly opened: Promise<string>;
  /** Replies that came, asked for or not. */
  answers = 0;
  readonly #replies = new Map<unknown, (reply: Message) => void>();
  #ref = 0;

  constructor(
    readonly socket: WebSocket,
    private readonly codec: Codec,
  ) {
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.opened = new Promise((resolve) => {
      socket.on('open', () => resolve('open'));
      socket.on('error', (error) => resolve(error.message));
    });
    socket.on('message', (data: Buffer, isBinary) => {
      const decoded = codec.decode(isBinary ? data : data.toString(), NO_FRAME_LIMITS);
      if (!decoded.ok) throw new Error('the server sent what cannot be read');
      if (decoded.op === 'reply') this.answers += 1;
      if (decoded.op === 'reply' && decoded.ref !== undefined) this.#replies.get(decoded.ref)?.(decoded.body);
      else this.pushes.put(decoded.body);
    });
  }

  /** Sends when the socket is open; resolves to the reply. */
  async ask(op: string, body: object = {}): Promise<Message> {
    await this.opened;
    this.#ref += 1;
    const ref = this.#ref;
    const reply = new Promise<Message>((resolve) => {
      this.#replies.set(ref, resolve);
    });
    // In JSON as it is: a spec also sends what an honest encoder refuses.
    const message = { op, ref, ...body };
    this.socket.send(this.codec.name === 'json' ? JSON.stringify(message) : this.codec.encode(message));
    return reply;
  }

  next(op: string): Promise<Message> {
    return this.pushes.next(op);
  }
}

/** Socket.IO's packet type. */
const ACK = 3;

export class IoClient {
  readonly pushes = new Inbox();
  readonly closed: Promise<string>;
  /** `open`, or the error code it was refused with. */
  readonly opened: Promise<string>;
  /** Acks that came, asked for or not. */
  answers = 0;

  constructor(readonly socket: Socket) {
    // Below the acks' own bookkeeping, which drops a second one.
    const manager = socket.io as unknown as {
      decoder: { on(event: string, run: (packet: { type: number }) => void): void };
    };
    socket.io.on('open', () => {
      manager.decoder.on('decoded', ({ type }) => {
        if (type === ACK) this.answers += 1;
      });
    });
    socket.onAny((op: string, body: Message) => this.pushes.put({ op, ...body }));
    this.closed = new Promise((resolve) => {
      socket.on('disconnect', resolve);
    });
    this.opened = new Promise((resolve) => {
      socket.on('connect', () => resolve('open'));
      socket.on('connect_error', (error: Error & { data?: { code?: string } }) =>
        resolve(error.data?.code ?? error.message),
      );
    });
  }

  async ask(op: string, body: object = {}): Promise<Message> {
    return (await this.socket.timeout(60_000).emitWithAck(op, body)) as Message;
  }

  next(op: string): Promise<Message> {
    return this.pushes.next(op);
  }
}

/** What every carrier promises alike: `it.each(CARRIERS)('... over %s', async (_, connect) => ...)`. */
export const CARRIERS: [string, (app: GatewayApp, token: string) => PlainClient | IoClient][] = [
  ['a plain WebSocket', (app, token) => app.plain(token)],
  ['Socket.IO', (app, token) => app.io(token)],
];
