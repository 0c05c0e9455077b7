import { Namespace, Server } from 'socket.io';
import type { SocketIoAdapter } from './ports.js';

/**
 * Has the Socket.IO servers behind gateways reach the sockets of all nodes. One that the app has given an adapter keeps it, in
 * all its namespaces. To be called before anybody is served: who has come before is sent away, to come again.
 * @param gateways whose `@WebSocketServer()` properties are set
 * @returns those that were given the adapter
 */
export function spreadSockets(gateways: Iterable<object>, adapter: SocketIoAdapter): readonly Server[] {
  const own = new Set<unknown>(
    [new Server(), new Server({ connectionStateRecovery: {} })].map((each) => each.adapter()),
  );
  const servers = new Set(Array.from(gateways, serversOf).flat());
  const spread = [...servers].filter((server) =>
    namespacesOf(server).every((each) => own.has(each.adapter.constructor)),
  );
  for (const server of spread) {
    // Their place is in the adapter that goes: nothing would reach them.
    for (const namespace of namespacesOf(server)) namespace.local.disconnectSockets(true);
    server.adapter(adapter);
  }
  return spread;
}

const serversOf = (gateway: object): Server[] =>
  Object.values(gateway).flatMap((property: unknown) => {
    if (property instanceof Server) return [property];
    return property instanceof Namespace ? [property.server] : [];
  });

const namespacesOf = (server: Server): Namespace[] => [...server._nsps.values()];
