import { createParamDecorator } from '@nestjs/common';
import type { RoomsConnection } from '../gateway/rooms-connection.js';

/** The `Identity` of whoever sent the command, joins or leaves: what the authenticator told of the connection. */
export const Sender = createParamDecorator(
  (_: unknown, context) => context.switchToWs().getClient<RoomsConnection>().user,
);
