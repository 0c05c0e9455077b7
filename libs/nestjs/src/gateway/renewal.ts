import { isDeepStrictEqual } from 'node:util';
import { CLOSE, type AuthReply, type JoinReply } from '@greenroom/protocol';
import { ForbiddenError, toRoomError, type Identity, type Sessions } from '@greenroom/rooms';
import type { JoinAttempt } from '../admission/admission.js';
import type { CarrierConnection } from '../carriers/carrier-connection.js';
import { identify, type Authenticated } from './authenticator.js';
import type { Desk } from './desk.js';
import type { InRoom } from './in-room.js';
import type { Step } from './step.js';

/** Claims that differ from token to token and say nothing about the user. Source: RFC 7519, 4.1. */
const PER_TOKEN = new Set(['exp', 'iat', 'nbf', 'jti']);

const lasting = (user: Identity): object =>
  Object.fromEntries(Object.entries(user).filter(([claim]) => !PER_TOKEN.has(claim)));

/** What `auth` is answered with. Claims stay on the connection. */
export const authReply = ({ user, expiresAt }: Authenticated): AuthReply => ({
  user: { id: user.id, name: user.name },
  ...(expiresAt !== undefined && { expiresAt }),
});

/** A connection that is kept no longer than its token. */
export interface Kept {
  readonly connection: CarrierConnection;
  expireAt(time: number | undefined): void;
}

/** Takes newer tokens of the same user. */
export class Renewal {
  constructor(
    private readonly kept: Kept,
    private readonly sessions: Sessions,
    private readonly inRoom: InRoom,
    private readonly desk: Desk,
  ) {}

  /**
   * Changed claims are asked for again, at the door and in every room: a connection that is no longer welcome ends
   * (4403), a room that no longer takes it is left, and in the others the member is what `@OnJoin` makes of the claims
   * now. A refused token changes nothing.
   * @throws RoomError UNAUTHENTICATED, or FORBIDDEN for another user's token and for claims that are not let in.
   */
  async renew(token: string, step: Step): Promise<AuthReply> {
    const { desk } = this;
    const { connection } = this.kept;
    const fresh = await identify(desk.authenticator, token, connection.handshake, () => desk.clock.now());
    step.check();
    if (fresh.user.id !== connection.user.id) throw new ForbiddenError('another user');
    const changed = !isDeepStrictEqual(lasting(fresh.user), lasting(connection.user));
    connection.renew(fresh.user);
    this.kept.expireAt(fresh.expiresAt);
    if (changed) await this.#askAgain();
    return authReply(fresh);
  }

  async #askAgain(): Promise<void> {
    const { admission } = this.desk;
    const { connection } = this.kept;
    await admission.connect(connection).catch((thrown: unknown) => {
      // In a later turn, so that the refusal is told first.
      setImmediate(() => connection.close(CLOSE.refused, 'no longer allowed'));
      throw thrown;
    });
    for (const attempt of this.inRoom.attempts()) {
      const profile = await this.#profileNow(attempt);
      if (profile === undefined) await this.sessions.end(attempt.address, 'FORBIDDEN', 'no longer allowed');
      else await this.sessions.refresh(attempt.address, profile);
    }
  }

  /** What the room is to know of the member from now on; `undefined` when it is no longer for them. */
  async #profileNow(attempt: JoinAttempt): Promise<object | undefined> {
    let profile: object | undefined;
    try {
      await this.desk.admission.join(this.kept.connection, attempt, async (admitted) => {
        profile = admitted.profile;
        return this.#asJoined(attempt.address);
      });
    } catch (thrown) {
      const error = toRoomError(thrown);
      if (error !== thrown) this.desk.logger.error(`asking ${attempt.address} again failed`, error.cause);
      return undefined;
    }
    return profile;
  }

  /** What a join that has long happened looks like to the interceptors around it. */
  #asJoined(room: string): JoinReply {
    const me = this.sessions.memberOf(room) ?? { id: this.kept.connection.user.id };
    const position = { epoch: 0, seq: 0 };
    return { room, me, session: '', position, members: [], count: 0, recovered: true, events: [] };
  }
}
