import type { Clock, RoomsNode, Users } from '@greenroom/rooms';
import type { Logger } from '@nestjs/common';
import type { Admission } from '../admission/admission.js';
import type { RoomQuota } from '../limits/room-quota.js';
import type { SendLimits } from '../sockets/send-queue.js';
import type { Authenticator } from './authenticator.js';
import type { Connections } from './connections.js';
import type { GatewaySettings } from './gateway.options.js';

/** What all connections of a gateway share. */
export interface Desk {
  readonly node: RoomsNode;
  readonly admission: Admission;
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly settings: GatewaySettings;
  readonly sendLimits: SendLimits;
  readonly quota: RoomQuota;
  readonly users: Users;
  readonly connections: Connections;
  readonly logger: Logger;
}
