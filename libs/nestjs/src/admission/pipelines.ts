import { DefinitionError } from '@greenroom/rooms';
import { Injectable } from '@nestjs/common';
import { ApplicationConfig, ExternalContextCreator, type ContextId } from '@nestjs/core';
import type { RoomsConnection } from '../gateway/rooms-connection.js';
import type { Host } from './host.js';
import { patternOf, type Admitting } from './operation.js';
import { PARAMS_KEY, paramsFactory } from './param-metadata.js';

/** Runs one operation through everything that guards it. Resolves to what came back out. */
export type Pipeline = (connection: RoomsConnection, data: unknown, admitting: Admitting) => Promise<unknown>;

/** What stands inside of all guards and interceptors, made for one instance of the host. */
export type Innermost = (instance: object, contextId: ContextId | undefined) => Pipeline;

type Method = (...args: unknown[]) => unknown;

// `filters: false`: a filter that returns a value would turn a refusal into success.
const ENHANCED = { guards: true, interceptors: true, filters: false };
const PARAMETERS_ONLY = { guards: false, interceptors: false, filters: false };

/**
 * A function that Nest takes for the method itself: what decorators wrote on the method is found on it, because
 * metadata is inherited along prototypes, and it goes by the method's name.
 */
const standIn = (method: Method | undefined, name: string, run: Method): Method => {
  if (method !== undefined) Object.setPrototypeOf(run, method);
  return Object.defineProperty(run, 'name', { value: name });
};

const methodOf = (instance: object, name: string): Method | undefined =>
  (instance as Record<string, Method | undefined>)[name];

/**
 * Nest's guards, interceptors and pipes around what Greenroom does, global ones first, then the class's, then the
 * method's. They get the arguments `(connection, data, admitting, pattern)` in a context of type `ws`.
 */
@Injectable()
export class Pipelines {
  constructor(
    private readonly creator: ExternalContextCreator,
    private readonly config: ApplicationConfig,
  ) {}

  /**
   * Refuses to start with a host that Nest would leave unguarded, which it does without a word.
   * @throws DefinitionError
   */
  ensureGuarded({ record, class: { name } }: Host): void {
    if (record.token !== record.metatype || record.isFactory)
      throw new DefinitionError(
        `${name} must be listed as a class: Nest does not load the guards of a custom provider ({ provide, ... }).`,
      );
    const reached = new Set<unknown>(record.getEnhancersMetadata());
    const scoped = [
      ...this.config.getGlobalRequestGuards(),
      ...this.config.getGlobalRequestInterceptors(),
      ...this.config.getGlobalRequestPipes(),
    ];
    for (const enhancer of scoped)
      if (!reached.has(enhancer))
        throw new DefinitionError(`${name} is out of reach of the request-scoped ${String(enhancer.name)} of the app.`);
  }

  /**
   * Guards and interceptors around `innermost`. Built once, or for each operation where something is request-scoped.
   * @param name of the method whose own guards and interceptors run too, if the class has it
   */
  around(host: Host, name: string, innermost: Innermost, instance?: object): Pipeline {
    return this.#forEach(host, (own, contextId) => this.#enhance(host, instance ?? own, name, innermost, contextId));
  }

  /** `innermost` alone, on an instance made as the host asks for. */
  unguarded(host: Host, innermost: Innermost): Pipeline {
    return this.#forEach(host, innermost);
  }

  /**
   * Resolves the method's parameters, each through its pipes, and hands them to `ready` with the instance as `this`.
   * A method without decorated parameters is given the arguments as they are, as Nest does.
   */
  withParameters(
    host: Host,
    instance: object,
    name: string,
    ready: Method,
    contextId: ContextId | undefined,
  ): Pipeline {
    const run = this.creator.create(
      instance,
      standIn(methodOf(instance, name), name, ready),
      name,
      PARAMS_KEY,
      paramsFactory,
      contextId,
      host.record.id,
      PARAMETERS_ONLY,
      'ws',
    );
    return (connection, data, admitting) => run(connection, data, admitting, patternOf(admitting.operation));
  }

  #forEach(host: Host, make: Innermost): Pipeline {
    if (!host.isScoped) return make(host.instance, undefined);
    return async (connection, data, admitting) => {
      const { instance, contextId } = await host.resolve(connection);
      return make(instance, contextId)(connection, data, admitting);
    };
  }

  #enhance(
    host: Host,
    instance: object,
    name: string,
    innermost: Innermost,
    contextId: ContextId | undefined,
  ): Pipeline {
    const inside = innermost(instance, contextId);
    const callback = standIn(methodOf(instance, name), name, (connection, data, admitting) =>
      inside(connection as RoomsConnection, data, admitting as Admitting),
    );
    const run = this.creator.create(
      instance,
      callback,
      name,
      undefined,
      undefined,
      contextId,
      host.record.id,
      ENHANCED,
      'ws',
    );
    return (connection, data, admitting) => run(connection, data, admitting, patternOf(admitting.operation));
  }
}
