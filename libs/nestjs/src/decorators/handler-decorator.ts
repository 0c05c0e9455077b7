import { DefinitionError } from '@greenroom/rooms';
import type { DiscoverableDecorator } from '@nestjs/core';

/** A method decorator that holds what the method returns (now or later) to `Returned`. */
export type HandlerDecorator<Returned> = <M extends (...args: never[]) => Returned | Promise<Returned>>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/**
 * Notes `value` on the method, for the explorer to read.
 * @throws DefinitionError when the method has been decorated so before: only one of the two would be kept.
 */
export const note =
  <T>(decorator: DiscoverableDecorator<T>, name: string, value: T): MethodDecorator =>
  (target, method, descriptor) => {
    if (Reflect.hasOwnMetadata(decorator.KEY, descriptor.value as object))
      throw new DefinitionError(`${target.constructor.name}.${String(method)} is decorated twice with @${name}.`);
    decorator(value)(target, method, descriptor);
  };
