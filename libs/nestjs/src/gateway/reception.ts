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
  type Sessions,
} from '@greenroom/rooms';
import type { Admission } from '../admission/admission.js';
import type { CarrierConnection } from '../carriers/carrier-connection.js';
import { HeadCount } from '../limits/head-count.js';
import { RoomQuota } from '../limits/room-quota.js';
import { addressOf, type Caller } from '../sockets/caller.js';
import { Origins } from '../sockets/origins.js';
import { identify, type Authenticated, type Authenticator } from './authenticator.js';
import { Connections } from './connections.js';
import { Delivery } from './delivery.js';
import type { Desk } from './desk.js';
import type { GatewaySettings } from './gateway.options.js';
import {
  ROOMS_ADMISSION,
  ROOMS_AUTHENTICATOR,
  ROOMS_CLOCK,
  ROOMS_GATEWAY_SETTINGS,
  ROOMS_NODE,
} from './gateway.tokens.js';
import { refuseQueryToken } from './handshake.js';
import { helloFrame } from './hello.js';
import { InRoom } from './in-room.js';
import { Operations } from './operations.js';
import { Renewal } from './renewal.js';
import type { Handshake } from './rooms-connection.js';

/** A connection whose user is known and welcome, not yet served. */
export interface Admitted<C extends CarrierConnection = CarrierConnection> {
  readonly connection: C;
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
  readonly #users: HeadCount;

  constructor(
    @Inject(ROOMS_NODE) node: RoomsNode,
    @Inject(ROOMS_ADMISSION) admission: Admission,
    @Inject(ROOMS_AUTHENTICATOR) authenticator: Authenticator,
    @Inject(ROOMS_CLOCK) clock: Clock,
    @Inject(ROOMS_GATEWAY_SETTINGS) settings: GatewaySettings,
    private readonly connections: Connections,
  ) {
    const quota = new RoomQuota(settings.roomsMadePerHour, clock);
    this.#desk = { node, admission, authenticator, clock, settings, quota, logger: new Logger('Greenroom') };
    this.#origins = new Origins(settings.origins);
    this.#addresses = new HeadCount(settings.connectionsPerAddress);
    this.#users = new HeadCount(settings.connectionsPerUser);
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

  /** Counts a connection of an address. Returns what counts it out again, or `undefined` when it has as many as it may. */
  enter(caller: Caller): (() => void) | undefined {
    return this.#addresses.enter(this.#addressOf(caller));
  }

  /** Whether an address has as many connections as it may. */
  isFull(caller: Caller): boolean {
    return this.#addresses.isFull(this.#addressOf(caller));
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
    const { admission, authenticator, clock } = this.#desk;
    const authenticated = await identify(authenticator, token, handshake, () => clock.now());
    const leave = this.#users.enter(authenticated.user.id);
    if (leave === undefined) throw new RateLimitedError('connections of this user', RETRY_AFTER_MS);
    const connection = connect(authenticated.user);
    connection.whenGone(leave);
    try {
      await admission.connect(connection);
    } catch (thrown) {
      leave();
      throw this.#known(thrown);
    }
    return { connection, authenticated };
  }

  /** Begins to serve a connection that was admitted: tells the engine, says hello. */
  serve({ connection, authenticated }: Admitted): Operations {
    const desk = this.#desk;
    const sessions = this.#sessions(connection, (address) => inRoom.ended(address));
    const inRoom = new InRoom(connection, sessions, desk);
    const renewal = new Renewal(connection, sessions, inRoom, desk, authenticated.expiresAt);
    const operations = new Operations(connection, inRoom, renewal, desk);
    this.connections.add(connection);
    connection.push(helloFrame(desk.settings, desk.clock.now()));
    // Draining may have begun while the guards were asked.
    if (this.connections.isDraining) connection.close(CLOSE.draining, 'draining');
    return operations;
  }

  #sessions(connection: CarrierConnection, onEnded: (address: string) => void): Sessions {
    const { clock, settings } = this.#desk;
    const limits = { bytes: settings.sendQueueBytes, frames: settings.sendQueueFrames };
    const delivery: Delivery = new Delivery(connection, limits, clock, (address) =>
      sessions.reset(address, 'slow reader'),
    );
    let sessions: Sessions;
    try {
      sessions = this.#desk.node.connect(delivery, onEnded);
      // Not at once: a connection may end while the engine is in the middle of pushing to it.
      connection.whenGone(() => queueMicrotask(() => sessions.drop()));
      return sessions;
    } catch (thrown) {
      connection.gone();
      throw thrown;
    }
  }

  #addressOf(caller: Caller): string {
    return addressOf(caller, this.#desk.settings.trustProxy);
  }

  #known(thrown: unknown): Error {
    const error = toRoomError(thrown);
    if (error !== thrown) this.#desk.logger.error('a connect guard failed', error.cause);
    return error;
  }
}
