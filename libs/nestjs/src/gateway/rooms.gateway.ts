import { Inject, Logger } from '@nestjs/common';
import { WebSocketGateway, WebSocketServer, type OnGatewayConnection, type OnGatewayInit } from '@nestjs/websockets';
import type { Clock } from '@greenroom/rooms';
import type { Namespace, Socket } from 'socket.io';
import { countHandshakes } from '../carriers/socketio-handshakes.js';
import { EngineWatch } from '../carriers/engine-watch.js';
import { connectError, SocketIoDoor } from '../carriers/socketio-door.js';
import type { SocketIoConnection } from '../carriers/socketio-connection.js';
import type { GatewaySettings } from './gateway.options.js';
import { ROOMS_CLOCK, ROOMS_GATEWAY_SETTINGS } from './gateway.tokens.js';
import { isOperation } from './operations.js';
import { Reception, type Admitted } from './reception.js';

/**
 * Rooms over Socket.IO, as an ordinary gateway. For guards or options of one's own:
 * `@WebSocketGateway({ namespace: '/rooms', ... }) @UseGuards(X) class AppGateway extends RoomsGateway {}`.
 * What overrides `afterInit` or `handleConnection` must call `super`: a socket that did not pass is disconnected.
 */
@WebSocketGateway({ namespace: '/rooms' })
export class RoomsGateway implements OnGatewayInit<Namespace>, OnGatewayConnection<Socket> {
  /** The namespace; set by Nest before `afterInit`. */
  @WebSocketServer() readonly server: Namespace | undefined;

  readonly #admitted = new WeakMap<Socket, Admitted<SocketIoConnection>>();
  readonly #door: SocketIoDoor;
  readonly #watch: EngineWatch;

  constructor(
    @Inject(Reception) private readonly reception: Reception,
    @Inject(ROOMS_GATEWAY_SETTINGS) private readonly settings: GatewaySettings,
    @Inject(ROOMS_CLOCK) clock: Clock,
  ) {
    this.#watch = new EngineWatch(settings, clock);
    this.#door = new SocketIoDoor(reception, settings, clock, new Logger('Greenroom'));
  }

  afterInit(namespace: Namespace): void {
    const { server } = namespace;
    // Who joins no namespace, or was refused, would be let stay for Socket.IO's own 45 s.
    server.connectTimeout(Math.min(server.connectTimeout(), this.settings.admissionMs));
    countHandshakes(server, this.reception);
    this.#watch.watch(server);
    namespace.use((socket, next) => {
      void this.#admit(socket, next);
    });
  }

  /** Synchronous: Nest does not wait for it, and nothing the client sends may come before. */
  handleConnection(socket: Socket): void {
    const admitted = this.#admitted.get(socket);
    if (admitted === undefined) {
      socket.disconnect();
      return;
    }
    const { connection } = admitted;
    const operations = this.reception.serve(admitted);
    connection.enterUser();
    // An event without a name has its ack in the name's place.
    socket.onAny((...said: unknown[]) => {
      const [name, given] = said;
      if (isOfTheApp(socket, name)) return;
      const answer = connection.answering(said.findLast((each) => typeof each === 'function'));
      const body = typeof given === 'function' ? {} : (given ?? {});
      const breach = connection.breach(body);
      if (breach === undefined) operations.handle(name, body, answer);
      else operations.unreadable(breach, answer);
    });
  }

  async #admit(socket: Socket, next: (refusal?: Error) => void): Promise<void> {
    let refusal: Error | undefined;
    try {
      this.#admitted.set(socket, await this.#door.admit(socket));
    } catch (thrown) {
      refusal = connectError(thrown);
    }
    next(refusal);
  }
}

/** Another event that the app's gateway class listens to is not ours to answer. Every socket has an `error` listener. */
const isOfTheApp = (socket: Socket, name: unknown): boolean =>
  typeof name === 'string' && !isOperation(name) && name !== 'error' && socket.listenerCount(name) > 0;
