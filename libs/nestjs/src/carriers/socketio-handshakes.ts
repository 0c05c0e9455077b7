import type { Server } from 'socket.io';
import type { Reception } from '../gateway/reception.js';
import { callerOf } from '../sockets/caller.js';

type Engine = Server['engine'];
type AllowRequest = NonNullable<Engine['opts']['allowRequest']>;

/**
 * Counts Socket.IO connections from their handshake on, for as long as their transport lives: one that asks for no namespace,
 * or for another than ours, takes up as much. What the app itself allows or not is asked after that.
 */
export function countHandshakes({ engine }: Server, reception: Reception): void {
  const own = engine.opts.allowRequest;
  const allowRequest: AllowRequest = (request, decide) => {
    if (reception.isFull(callerOf(request))) decide('too many connections from this address', false);
    else if (own === undefined) decide(null, true);
    else own(request, decide);
  };
  engine.opts.allowRequest = allowRequest;
  engine.on('connection', (transport) => {
    const leave = reception.enter(callerOf(transport.request));
    // Others have come since it was asked for.
    if (leave === undefined) transport.close(true);
    else transport.once('close', leave);
  });
}
