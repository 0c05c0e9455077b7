import type { ContextId } from '@nestjs/core';
import { isObservable, lastValueFrom } from 'rxjs';
import type { RoomsConnection } from '../gateway/rooms-connection.js';
import type { Checked } from './contract-check.js';
import type { Host } from './host.js';
import type { Admitting } from './operation.js';
import { wholeBodyPositions } from './param-metadata.js';
import type { Pipelines } from './pipelines.js';
import { PipeRefusal } from './refusal.js';

/** Checks data by the contract. Throws an `InvalidError`, or rejects with it. */
export type Check = (data: unknown) => Checked;

/** What a handler made of an operation. */
export interface Handled {
  /** The data after the pipes and the contract. */
  readonly data: unknown;
  readonly returned: unknown;
}

export type MethodCall = (connection: RoomsConnection, data: unknown, admitting: Admitting) => Promise<Handled>;

/** A method with its parameters resolved, not called yet: so that what pipes throw is told from what the method throws. */
interface Prepared {
  /** The first parameter that takes the whole data, after its pipes and the contract. */
  readonly piped: unknown;
  readonly invoke: () => unknown;
}

const settled = async (returned: unknown): Promise<unknown> => {
  const value = await returned;
  return isObservable(value) ? lastValueFrom(value, { defaultValue: undefined }) : value;
};

/**
 * Calls a room class's method with its parameters piped. The contract comes last: a parameter that takes the whole data
 * is checked after the app's pipes; where none does, the data is checked before anything of it is handed out.
 */
export const methodCall = (
  pipelines: Pipelines,
  host: Host,
  name: string,
  instance: object,
  contextId: ContextId | undefined,
  check: Check,
): MethodCall => {
  const method = (instance as Record<string, (...args: unknown[]) => unknown>)[name];
  const whole = wholeBodyPositions(host.class, name);
  const ready = async (...args: unknown[]): Promise<Prepared> => {
    for (const position of whole) args[position] = await check(args[position]);
    return { piped: args[whole[0] ?? 0], invoke: () => method?.apply(instance, args) };
  };
  const prepare = pipelines.withParameters(host, instance, name, ready, contextId);
  return async (connection, given, admitting) => {
    const data = whole.length === 0 ? await check(given) : given;
    const prepared = await prepare(connection, data, admitting).catch((thrown: unknown) => {
      throw new PipeRefusal(thrown);
    });
    const { piped, invoke } = prepared as Prepared;
    return { data: whole.length === 0 ? data : piped, returned: await settled(invoke()) };
  };
};
