import type { Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { exceedsLimits, parseOperation } from '@greenroom/protocol';
import { RoomError, toRoomError, UnavailableError, type Clock, type Identity } from '@greenroom/rooms';
import { UnauthenticatedError } from '../gateway/authenticator.js';
import type { GatewaySettings } from '../gateway/gateway.options.js';
import { bearerOf, handshakeOf, NOTHING_SAID } from '../gateway/handshake.js';
import { greet } from '../gateway/hello.js';
import type { Admitted, Reception } from '../gateway/reception.js';
import type { Handshake } from '../gateway/rooms-connection.js';
import type { Caller } from '../sockets/caller.js';
import type { EngineWatch } from './engine-watch.js';
import { SocketIoConnection } from './socketio-connection.js';
import { SocketIoPackets } from './socketio-packets.js';

/** A socket that is let in, and is not connected yet. */
export interface Arriving {
  readonly admitted: Admitted<SocketIoConnection>;
  /** To be called when it is connected: from then on it says itself that it is gone. */
  arrived(): void;
}

/** Lets Socket.IO sockets in, or not: what the namespace's middleware asks. Nothing a socket sends is handled before. */
export class SocketIoDoor {
  /** By namespace: a gateway of a pattern has many. */
  readonly #packets = new WeakMap<Socket['nsp'], SocketIoPackets>();

  constructor(
    private readonly reception: Reception,
    private readonly watch: EngineWatch,
    private readonly settings: GatewaySettings,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** @throws RoomError */
  async admit(socket: Socket): Promise<Arriving> {
    const caller: Caller = { request: socket.request, peer: socket.handshake.address };
    this.reception.knock(caller);
    return this.#inTime((isLate) => this.#authenticate(socket, caller, isLate));
  }

  async #authenticate(socket: Socket, caller: Caller, isLate: () => boolean): Promise<Arriving> {
    const { token, auth } = this.#said(socket);
    const bearer = token ?? bearerOf(caller.request);
    if (bearer === undefined) throw new UnauthenticatedError();
    const handshake = handshakeOf(caller, this.settings.trustProxy, auth);
    let lost = (): void => {};
    const admitted = await this.reception.admit(bearer, handshake, (user: Identity) => {
      const connection = this.#connect(socket, handshake, user);
      lost = () => connection.gone();
      // A socket whose transport is lost before it was let in never says `disconnect`.
      socket.conn.once('close', lost);
      return connection;
    });
    if (isLate()) admitted.stay.connection.gone();
    return { admitted, arrived: () => socket.conn.off('close', lost) };
  }

  /** @throws UnavailableError when its transport is lost already */
  #connect(socket: Socket, handshake: Handshake, user: Identity): SocketIoConnection {
    const outlet = this.watch.outletOf(socket.conn);
    if (outlet === undefined) throw new UnavailableError();
    return new SocketIoConnection(
      socket,
      handshake,
      user,
      outlet,
      this.#packetsOf(socket.nsp),
      this.settings,
      this.logger,
    );
  }

  #packetsOf(namespace: Socket['nsp']): SocketIoPackets {
    const packets = this.#packets.get(namespace) ?? new SocketIoPackets(namespace.name);
    this.#packets.set(namespace, packets);
    return packets;
  }

  /** What the client put into `auth`, the token apart. @throws RoomError when it is none of this protocol. */
  #said(socket: Socket): { readonly token: string | undefined; readonly auth: Handshake['auth'] } {
    const said: unknown = socket.handshake.auth;
    const breach = exceedsLimits(said, this.settings.frame);
    if (breach !== undefined) throw new RoomError(breach.code, breach.message);
    const hello = parseOperation('hello', said);
    if (!hello.ok) throw new RoomError(hello.error.code, hello.error.message);
    if (hello.operation.op === 'hello') greet(hello.operation);
    const { token, ...others } = said as Record<string, unknown>;
    const auth = Object.keys(others).length === 0 ? NOTHING_SAID : others;
    if (token === undefined) return { token, auth };
    const attempt = parseOperation('auth', { token });
    if (!attempt.ok || attempt.operation.op !== 'auth') throw new UnauthenticatedError();
    return { token: attempt.operation.token, auth };
  }

  /** Rejects at the deadline, whatever authenticators and guards are still doing. */
  async #inTime<T>(work: (isLate: () => boolean) => Promise<T>): Promise<T> {
    let late = false;
    return new Promise<T>((resolve, reject) => {
      const deadline = this.clock.after(this.settings.admissionMs, () => {
        late = true;
        reject(new UnauthenticatedError('Not authenticated in time.'));
      });
      work(() => late)
        .then(resolve, reject)
        .finally(() => this.clock.cancel(deadline));
    });
  }
}

/** A refusal as a stock client sees it: `connect_error` with the sentence as `message` and the error's body as `data`. */
export function connectError(thrown: unknown): Error & { data: unknown } {
  const error = toRoomError(thrown);
  return Object.assign(new Error(error.message), { data: error.toBody() });
}
