import { DiscoveryService } from '@nestjs/core';
import { note } from '../decorators/handler-decorator.js';

/** What the explorer finds on an endpoint's methods, by what they handle. */
export const HANDLER_NOTES = {
  OnConnect: DiscoveryService.createDecorator<object>(),
  OnMessage: DiscoveryService.createDecorator<object>(),
  OnBinary: DiscoveryService.createDecorator<object>(),
  OnClose: DiscoveryService.createDecorator<object>(),
  OnError: DiscoveryService.createDecorator<object>(),
} as const;

/** What an endpoint's method may handle. */
export type Happening = keyof typeof HANDLER_NOTES;

const on = (happening: Happening) => (): MethodDecorator => note(HANDLER_NOTES[happening], happening, {});

/** `(connection)`: it has been accepted. Before anything else that happens to it. Guards on the method run before accepting. */
export const OnConnect = on('OnConnect');

/**
 * `(connection, text)`, or Nest's own parameters: `@ConnectedSocket()`, `@MessageBody(pipe)`. One of the connection's messages at
 * a time, in the order they came, each through guards, pipes and interceptors. What the method returns is not sent.
 */
export const OnMessage = on('OnMessage');

/** `(connection, bytes)`, bytes being a Buffer: as {@link OnMessage}, for binary messages. */
export const OnBinary = on('OnBinary');

/**
 * `(connection, code, reason)`: it is closed, by whomever. Once for each that was accepted, after everything else. 1005: the peer
 * gave no code, 1006: it vanished. What the method throws is logged.
 */
export const OnClose = on('OnClose');

/**
 * `(connection, error)`: a handler, or a guard, pipe or interceptor around it, threw, or the socket failed. Nothing is closed, and
 * the peer is told nothing, unless the method does. Without it, errors are logged.
 */
export const OnError = on('OnError');
