import type { Server } from 'socket.io';
import type { Reception } from '../gateway/reception.js';
import { callerOf } from '../sockets/caller.js';

type AllowRequest = NonNullable<Server['engine']['opts']['allowRequest']>;

/** Refuses handshakes from an address that has as many connections as it may. What the app itself allows is asked after that. */
export function refuseTooMany({ engine }: Server, reception: Reception): void {
  const own = engine.opts.allowRequest;
  const allowRequest: AllowRequest = (request, decide) => {
    if (reception.isFull(reception.addressOf(callerOf(request))))
      decide('too many connections from this address', false);
    else if (own === undefined) decide(null, true);
    else own(request, decide);
  };
  engine.opts.allowRequest = allowRequest;
}
