import type { Logger } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { exceedsLimits, parseOperation } from '@greenroom/protocol';
import { RoomError, toRoomError, type Clock, type Identity } from '@greenroom/rooms';
import { UnauthenticatedError } from '../gateway/authenticator.js';
import type { GatewaySettings } from '../gateway/gateway.options.js';
import { bearerOf, handshakeOf } from '../gateway/handshake.js';
import { greet } from '../gateway/hello.js';
import type { Admitted, Reception } from '../gateway/reception.js';
import type { Caller } from '../sockets/caller.js';
import { SocketIoConnection } from './socketio-connection.js';
import { SocketIoPackets } from './socketio-packets.js';

/** Lets Socket.IO sockets in, or not: what the namespace's middleware asks. Nothing a socket sends is handled before. */
export class SocketIoDoor {
  /** By namespace: a gateway of a pattern has many. */
  readonly #packets = new WeakMap<Socket['nsp'], SocketIoPackets>();

  constructor(
    private readonly reception: Reception,
    private readonly settings: GatewaySettings,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** @throws RoomError */
  async admit(socket: Socket): Promise<Admitted<SocketIoConnection>> {
    const caller: Caller = { request: socket.request, peer: socket.handshake.address };
    this.reception.knock(caller);
    return this.#inTime((isLate) => this.#authenticate(socket, caller, isLate));
  }

  async #authenticate(socket: Socket, caller: Caller, isLate: () => boolean): Promise<Admitted<SocketIoConnection>> {
    const { token, auth } = this.#said(socket);
    const bearer = token ?? bearerOf(caller.request);
    if (bearer === undefined) throw new UnauthenticatedError();
    const handshake = handshakeOf(caller, this.settings.trustProxy, auth);
    const admitted = await this.reception.admit(bearer, handshake, (user: Identity) => {
      const packets = this.#packetsOf(socket.nsp);
      return new SocketIoConnection(socket, handshake, user, packets, this.settings, this.logger);
    });
    if (isLate()) admitted.connection.gone();
    return admitted;
  }

  #packetsOf(namespace: Socket['nsp']): SocketIoPackets {
    const packets = this.#packets.get(namespace) ?? new SocketIoPackets(namespace.name);
    this.#packets.set(namespace, packets);
    return packets;
  }

  /** What the client put into `auth`, the token apart. @throws RoomError when it is none of this protocol. */
  #said(socket: Socket): { readonly token: string | undefined; readonly auth: Record<string, unknown> } {
    const said: unknown = socket.handshake.auth;
    const breach = exceedsLimits(said, this.settings.frame);
    if (breach !== undefined) throw new RoomError(breach.code, breach.message);
    const hello = parseOperation('hello', said);
    if (!hello.ok) throw new RoomError(hello.error.code, hello.error.message);
    if (hello.operation.op === 'hello') greet(hello.operation);
    const { token, ...auth } = said as Record<string, unknown>;
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
