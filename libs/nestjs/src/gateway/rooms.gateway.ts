import { Inject, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { WebSocketGateway, WebSocketServer, type OnGatewayConnection, type OnGatewayInit } from '@nestjs/websockets';
import type { Clock } from '@greenroom/rooms';
import type { Namespace, Socket } from 'socket.io';
import { connectStraight } from '../carriers/bare-namespace.js';
import { EngineWatch } from '../carriers/engine-watch.js';
import { connectError, SocketIoDoor, type Arriving } from '../carriers/socketio-door.js';
import type { SocketIoConnection } from '../carriers/socketio-connection.js';
import { refuseTooMany } from '../carriers/socketio-handshakes.js';
import type { GatewaySettings } from './gateway.options.js';
import { ROOMS_CLOCK, ROOMS_GATEWAY_SETTINGS } from './gateway.tokens.js';
import { isOperation } from './operations.js';
import { Reception } from './reception.js';
import type { Stay } from './stay.js';

/**
 * Rooms over Socket.IO, as an ordinary gateway. For guards or options of one's own:
 * `@WebSocketGateway({ namespace: '/rooms', ... }) @UseGuards(X) class AppGateway extends RoomsGateway {}`.
 * What overrides `afterInit` or `handleConnection` must call `super`: a socket that did not pass is disconnected.
 */
@WebSocketGateway({ namespace: '/rooms' })
export class RoomsGateway implements OnGatewayInit<Namespace>, OnGatewayConnection<Socket>, OnApplicationBootstrap {
  /** The namespace; set by Nest before `afterInit`. */
  @WebSocketServer() readonly server: Namespace | undefined;
  @Inject(ApplicationConfig) private readonly config: ApplicationConfig | undefined;

  readonly #arriving = new WeakMap<Socket, Arriving>();
  readonly #stays = new Map<Socket, Stay<SocketIoConnection>>();
  readonly #listeners = listening(this.#stays);
  readonly #door: SocketIoDoor;
  readonly #watch: EngineWatch;

  constructor(
    @Inject(Reception) private readonly reception: Reception,
    @Inject(ROOMS_GATEWAY_SETTINGS) private readonly settings: GatewaySettings,
    @Inject(ROOMS_CLOCK) clock: Clock,
  ) {
    this.#watch = new EngineWatch(reception, settings, clock);
    this.#door = new SocketIoDoor(reception, this.#watch, settings, clock, new Logger('Greenroom'));
  }

  afterInit(namespace: Namespace): void {
    const { server } = namespace;
    // Who joins no namespace, or was refused, would be let stay for Socket.IO's own 45 s.
    server.connectTimeout(Math.min(server.connectTimeout(), this.settings.admissionMs));
    refuseTooMany(server, this.reception);
    this.#watch.watch(server);
    namespace.use((socket, next) => {
      void this.#admit(socket, next);
    });
  }

  /** By now every gateway listens, and nothing has connected. */
  onApplicationBootstrap(): void {
    if (this.server !== undefined) connectStraight(this.server, this, this.config?.getIoAdapter());
  }

  /** Synchronous: Nest does not wait for it, and nothing the client sends may come before. */
  handleConnection(socket: Socket): void {
    const arriving = this.#arriving.get(socket);
    this.#arriving.delete(socket);
    if (arriving === undefined || !socket.connected) {
      arriving?.admitted.stay.connection.gone();
      socket.disconnect();
      return;
    }
    const { stay } = arriving.admitted;
    this.#stays.set(socket, stay);
    socket.on('disconnect', this.#listeners.disconnect);
    arriving.arrived();
    this.reception.serve(arriving.admitted);
    stay.connection.enterUser();
    socket.onAny(this.#listeners.any);
  }

  async #admit(socket: Socket, next: (refusal?: Error) => void): Promise<void> {
    let refusal: Error | undefined;
    try {
      this.#arriving.set(socket, await this.#door.admit(socket));
    } catch (thrown) {
      refusal = connectError(thrown);
    }
    next(refusal);
  }
}

interface Listeners {
  readonly any: (this: Socket, ...said: unknown[]) => void;
  readonly disconnect: (this: Socket) => void;
}

/** Listeners for all sockets, each of which is `this` to them: a set for each would be most of what it costs to be connected. */
const listening = (stays: Map<Socket, Stay<SocketIoConnection>>): Listeners => ({
  any(...said) {
    const stay = stays.get(this);
    // An event without a name has its ack in the name's place.
    const [name, given] = said;
    if (stay === undefined || isOfTheApp(this, name)) return;
    const { connection, operations } = stay;
    const answer = connection.answering(said.findLast((each) => typeof each === 'function'));
    const body = typeof given === 'function' ? {} : (given ?? {});
    const breach = connection.breach(body);
    if (breach === undefined) operations?.handle(name, body, answer);
    else operations?.unreadable(breach, answer);
  },
  disconnect() {
    stays.get(this)?.connection.gone();
    stays.delete(this);
  },
});

/** Another event that the app's gateway class listens to is not ours to answer. Every socket has an `error` listener. */
const isOfTheApp = (socket: Socket, name: unknown): boolean =>
  typeof name === 'string' && !isOperation(name) && name !== 'error' && socket.listenerCount(name) > 0;
