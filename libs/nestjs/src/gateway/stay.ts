import { CLOSE } from '@greenroom/protocol';
import type { Sessions, Timer } from '@greenroom/rooms';
import type { CarrierConnection, Host } from '../carriers/carrier-connection.js';
import { Delivery } from './delivery.js';
import type { Desk } from './desk.js';
import { InRoom } from './in-room.js';
import { Operations } from './operations.js';
import { Renewal, type Kept } from './renewal.js';

/**
 * A connection that counts for its user, until its socket is gone or its token has ended. Most are silent most of the time: what
 * it takes to ask for something is made when one first does.
 */
export class Stay<C extends CarrierConnection = CarrierConnection> implements Host, Kept {
  #operations: Operations | undefined;
  #expiry: Timer | undefined;

  constructor(
    readonly connection: C,
    private readonly desk: Desk,
  ) {
    connection.hostedBy(this);
  }

  /** Where it asks; nowhere once its socket is gone. */
  get operations(): Operations | undefined {
    if (this.connection.isOpen) this.#operations ??= this.#begin();
    return this.#operations;
  }

  /** Ends it when its token does; `undefined`: never. Said again, the last one counts. */
  expireAt(time: number | undefined): void {
    const { clock } = this.desk;
    if (this.#expiry !== undefined) clock.cancel(this.#expiry);
    this.#expiry = undefined;
    if (time === undefined || !this.connection.isOpen) return;
    this.#expiry = clock.after(time - clock.now(), () => this.connection.close(CLOSE.unauthenticated, 'expired'));
  }

  gone(): void {
    const { users, connections } = this.desk;
    users.leave(this.connection.user.id);
    connections.delete(this.connection);
    this.expireAt(undefined);
    this.#operations?.end();
  }

  #begin(): Operations {
    const { connection, desk } = this;
    const delivery: Delivery = new Delivery(connection, desk.sendLimits, desk.clock, (address) =>
      sessions.reset(address, 'slow reader'),
    );
    const sessions: Sessions = desk.node.connect(delivery, (address) => inRoom.ended(address));
    const inRoom: InRoom = new InRoom(connection, sessions, desk);
    return new Operations(connection, inRoom, new Renewal(this, sessions, inRoom, desk), desk);
  }
}
