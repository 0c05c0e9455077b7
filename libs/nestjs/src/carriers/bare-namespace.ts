import { MetadataScanner } from '@nestjs/core';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { OnGatewayConnection } from '@nestjs/websockets';
import type { Namespace, Socket } from 'socket.io';

/** Where `@SubscribeMessage` leaves its mark. Nest exports the name from its internal entry point only. */
const MESSAGE_MAPPING = 'websockets:message_mapping';
/** What Nest does with a socket that connects. */
const BINDINGS = ['bindClientConnect', 'bindClientDisconnect', 'bindMessageHandlers'] as const;

/**
 * Connects the sockets of a namespace straight to its gateway. For every socket Nest makes streams of what it says and of its
 * leaving, 2 KiB each, also when nobody has a handler for them. To be called when every gateway listens; it leaves everything
 * as it is where somebody does: the gateway, another one or the app in the same namespace, or an adapter of the app's own.
 */
export function connectStraight(namespace: Namespace, gateway: OnGatewayConnection<Socket>, adapter: unknown): void {
  if (namespace.listenerCount('connection') !== 1 || hasHandlers(gateway) || !isNestsOwn(adapter)) return;
  namespace.removeAllListeners('connection');
  namespace.on('connection', (socket) => gateway.handleConnection(socket));
}

function hasHandlers(gateway: object): boolean {
  const prototype = Object.getPrototypeOf(gateway) as Record<string, object>;
  const isHandler = (name: string): boolean => Reflect.hasMetadata(MESSAGE_MAPPING, prototype[name] ?? {});
  return 'handleDisconnect' in gateway || new MetadataScanner().getAllMethodNames(prototype).some(isHandler);
}

const isNestsOwn = (adapter: unknown): boolean =>
  adapter instanceof IoAdapter && BINDINGS.every((name) => adapter[name] === IoAdapter.prototype[name]);
