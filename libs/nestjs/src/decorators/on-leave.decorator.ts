import { DiscoveryService } from '@nestjs/core';
import { note } from './handler-decorator.js';

/** What the explorer finds on methods with `@OnLeave`. */
export const LeaveNote = DiscoveryService.createDecorator<object>();

/**
 * A method that runs when a connection's part in a room has ended. It can refuse nothing: what it throws is logged.
 * `@Sender()`, `@RoomAddress()` and `@ConnectedSocket()` say who left what.
 */
export const OnLeave = (): MethodDecorator => note(LeaveNote, 'OnLeave', {});
