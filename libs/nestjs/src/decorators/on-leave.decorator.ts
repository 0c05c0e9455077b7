import { DiscoveryService } from '@nestjs/core';
import { note } from './handler-decorator.js';

/** What the explorer finds on methods with `@OnLeave`. */
export const LeaveNote = DiscoveryService.createDecorator<object>();

/**
 * A method that runs when a connection's part in a room has ended: it left, it was kicked, the room closed, or the
 * connection is lost (its session may still be taken up on another one). It can refuse nothing: what it throws is logged.
 * `@Sender()`, `@RoomAddress()` and `@ConnectedSocket()` say who left what.
 */
export const OnLeave = (): MethodDecorator => note(LeaveNote, 'OnLeave', {});
