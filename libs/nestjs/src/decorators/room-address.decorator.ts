import { createParamDecorator } from '@nestjs/common';
import { operationOf } from '../admission/operation.js';

/** The address (`kind/id`) of the room that the command, join or leave is for. */
export const RoomAddress = createParamDecorator((_: unknown, context) => {
  const operation = operationOf(context);
  return operation === undefined || operation.type === 'connect' ? undefined : operation.address;
});
