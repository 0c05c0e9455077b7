import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Module, type INestApplication, type ModuleMetadata, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { WsAdapter } from '@nestjs/platform-ws';
import { WebSocket, type ClientOptions } from 'ws';
import type { Endpoint } from './connection.js';
import { Endpoints } from './endpoints.js';
import { EndpointsModule } from './endpoints.module.js';
import type { EndpointsModuleOptions } from './endpoints.options.js';

export interface EndpointAppOptions extends Pick<ModuleMetadata, 'imports' | 'providers'> {
  readonly options?: EndpointsModuleOptions;
  readonly http?: 'express' | 'fastify';
  readonly adapter?: 'io' | 'ws';
  readonly before?: (nest: INestApplication) => unknown;
}

/** A Nest application on a port of its own, with endpoints and nothing else unless a spec says so. */
export class EndpointApp {
  /** Every line of level warn and error. */
  logged: string[] = [];
  readonly #clients: WebSocket[] = [];
  readonly #raws: Socket[] = [];

  private constructor(readonly nest: INestApplication) {}

  static async start(classes: Type<object>[], parts: EndpointAppOptions = {}): Promise<EndpointApp> {
    const imports = [
      ...(parts.options === undefined ? [] : [EndpointsModule.forRoot(parts.options)]),
      EndpointsModule.forFeature(classes),
      ...(parts.imports ?? []),
    ];
    @Module({ imports, providers: parts.providers ?? [] })
    class App {}
    const logged: string[] = [];
    const keep = (line: unknown): void => void logged.push(String(line));
    const settings = { abortOnError: false, logger: { log() {}, debug() {}, warn: keep, error: keep } };
    const nest =
      parts.http === 'fastify'
        ? await NestFactory.create(App, new FastifyAdapter(), settings)
        : await NestFactory.create(App, settings);
    if (parts.adapter === 'ws') nest.useWebSocketAdapter(new WsAdapter(nest));
    await parts.before?.(nest);
    await nest.listen(0, '127.0.0.1');
    const app = new EndpointApp(nest);
    logged.splice(0);
    app.logged = logged;
    return app;
  }

  get port(): number {
    return (this.nest.getHttpServer().address() as AddressInfo).port;
  }

  endpoint(handler: Type<object>): Endpoint {
    return this.nest.get(Endpoints, { strict: false }).of(handler);
  }

  client(path = '/ws', options: ClientOptions = {}): TestClient {
    const socket = new WebSocket(`ws://127.0.0.1:${this.port}${path}`, options);
    this.#clients.push(socket);
    return new TestClient(socket);
  }

  /** A TCP socket that has asked for an upgrade, and says no more by itself. */
  raw(path = '/ws', further: readonly string[] = [], allowHalfOpen = false): Socket {
    const socket = connect({ port: this.port, host: '127.0.0.1', allowHalfOpen });
    const head = [
      `GET ${path} HTTP/1.1`,
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ...further,
    ];
    socket.on('error', () => undefined);
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    this.#raws.push(socket);
    return socket;
  }

  async stop(): Promise<void> {
    for (const socket of this.#clients) socket.terminate();
    for (const socket of this.#raws) socket.destroy();
    await this.nest.close();
  }
}

/** How an upgrade was refused. */
export interface Refused {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
}

/** A stock `ws`, as any client is one. */
export class TestClient {
  /** Text as strings, bytes as Buffers, in the order they came. */
  readonly received: (string | Buffer)[] = [];
  readonly opened: Promise<'open' | Refused>;
  readonly closed: Promise<{ code: number; reason: string }>;
  #look: () => void = () => undefined;

  constructor(readonly socket: WebSocket) {
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.opened = new Promise((resolve) => {
      socket.on('open', () => resolve('open'));
      socket.on('unexpected-response', (request, { statusCode, headers }) => {
        request.destroy();
        resolve({ status: statusCode, headers });
      });
      socket.on('error', () => resolve({ status: undefined, headers: {} }));
    });
    socket.on('message', (data: Buffer, isBinary) => {
      this.received.push(isBinary ? data : data.toString());
      this.#look();
    });
  }

  async send(...messages: readonly (string | Uint8Array)[]): Promise<this> {
    await this.opened;
    for (const message of messages) this.socket.send(message);
    return this;
  }

  /** The first so many messages, as soon as there are. */
  async first(count: number): Promise<(string | Buffer)[]> {
    while (this.received.length < count) await new Promise<void>((resolve) => (this.#look = resolve));
    return this.received.slice(0, count);
  }
}

/** Waits until something holds that nobody tells of. */
export async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not in time: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Something a spec lets happen when it likes. */
export class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}
