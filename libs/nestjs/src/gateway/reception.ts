import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOSE } from '@greenroom/protocol';
import {
  ForbiddenError,
  RateLimitedError,
  toRoomError,
  UnavailableError,
  type Clock,
  type Identity,
  type RoomsNode,
  type Users,
} from '@greenroom/rooms';
import type { Admission } from '../admission/admission.js';
import type { CarrierConnection } from '../carriers/carrier-connection.js';
import { HeadCount } from '../limits/head-count.js';
import { RoomQuota } from '../limits/room-quota.js';
import { addressOf, type Caller } from '../sockets/caller.js';
import { Origins } from '../sockets/origins.js';
import { identify, type Authenticated, type Authenticator } from './authenticator.js';
import { Connections } from './connections.js';
import type { Desk } from './desk.js';
import type { GatewaySettings } from './gateway.options.js';
import {
  ROOMS_ADMISSION,
  ROOMS_AUTHENTICATOR,
  ROOMS_CLOCK,
  ROOMS_GATEWAY_SETTINGS,
  ROOMS_NODE,
  ROOMS_USERS,
} from './gateway.tokens.js';
import { refuseQueryToken } from './handshake.js';
import { helloFrame } from './hello.js';
import type { Handshake } from './rooms-connection.js';
import { Stay } from './stay.js';

/** A connection whose user is known and welcome, not yet served. */
export interface Admitted<C extends CarrierConnection = CarrierConnection> {
  readonly stay: Stay<C>;
  readonly authenticated: Authenticated;
}

/** When somebody who found it full may try again. */
const RETRY_AFTER_MS = 5000;

/** The way in, the same for both carriers: who may knock, who is let in, and what serves them then. */
@Injectable()
export class Reception {
  readonly #desk: Desk;
  readonly #origins: Origins;
  readonly #addresses: HeadCount;

  constructor(
    @Inject(ROOMS_NODE) node: RoomsNode,
    @Inject(ROOMS_ADMISSION) admission: Admission,
    @Inject(ROOMS_AUTHENTICATOR) authenticator: Authenticator,
    @Inject(ROOMS_CLOCK) clock: Clock,
    @Inject(ROOMS_GATEWAY_SETTINGS) settings: GatewaySettings,
    @Inject(ROOMS_USERS) users: Users,
    private readonly connections: Connections,
  ) {
    this.#desk = {
      node,
      admission,
      authenticator,
      clock,
      settings,
      sendLimits: { bytes: settings.sendQueueBytes, frames: settings.sendQueueFrames },
      quota: new RoomQuota(settings.roomsMadePerHour, clock),
      users,
      connections,
      logger: new Logger('Greenroom'),
    };
    this.#origins = new Origins(settings.origins);
    this.#addresses = new HeadCount(settings.connectionsPerAddress);
  }

  /**
   * Looks at a request before anybody says who they are.
   * @throws RoomError UNAVAILABLE while draining, UNAUTHENTICATED (token in the query), FORBIDDEN (origin).
   */
  knock(caller: Caller): void {
    if (this.connections.isDraining) throw new UnavailableError(undefined, RETRY_AFTER_MS);
    refuseQueryToken(caller.request);
    if (!this.#origins.allows(caller.request.headers)) throw new ForbiddenError('origin');
  }

  /** Where a caller comes from. */
  addressOf(caller: Caller): string {
    return addressOf(caller, this.#desk.settings.trustProxy);
  }

  /** Counts a connection of an address in; `false` when it has as many as it may. */
  enter(address: string): boolean {
    return this.#addresses.enter(address);
  }

  /** Counts a connection of an address out. */
  leave(address: string): void {
    this.#addresses.leave(address);
  }

  /** Whether an address has as many connections as it may. */
  isFull(address: string): boolean {
    return this.#addresses.isFull(address);
  }

  /**
   * Authenticates, counts and asks the connect guards. `connect` makes the connection when its user is known.
   * @throws RoomError
   */
  async admit<C extends CarrierConnection>(
    token: string,
    handshake: Handshake,
    connect: (user: Identity) => C,
  ): Promise<Admitted<C>> {
    const { admission, authenticator, clock, users, settings } = this.#desk;
    const authenticated = await identify(authenticator, token, handshake, () => clock.now());
    const connection = connect(authenticated.user);
    if (!(await users.enter(connection.user.id, settings.connectionsPerUser)))
      throw new RateLimitedError('connections of this user', RETRY_AFTER_MS);
    const stay = new Stay(connection, this.#desk);
    // It was told that its socket is gone when nobody was to be told.
    if (!connection.isOpen) stay.gone();
    try {
      await admission.connect(connection);
    } catch (thrown) {
      connection.gone();
      throw this.#known(thrown);
    }
    return { stay, authenticated };
  }

  /** Begins to serve a connection that was admitted, and is open: says hello. */
  serve({ stay, authenticated }: Admitted): void {
    const { settings, clock } = this.#desk;
    const { connection } = stay;
    this.connections.add(connection);
    stay.expireAt(authenticated.expiresAt);
    connection.push(helloFrame(settings, clock.now()));
    // Draining may have begun while the guards were asked.
    if (this.connections.isDraining) connection.close(CLOSE.draining, 'draining');
  }

  #known(thrown: unknown): Error {
    const error = toRoomError(thrown);
    if (error !== thrown) this.#desk.logger.error('a connect guard failed', error.cause);
    return error;
  }
}
