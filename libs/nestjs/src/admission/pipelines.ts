import { DefinitionError } from '@greenroom/rooms';
import { Injectable } from '@nestjs/common';
import { ApplicationConfig, ExternalContextCreator, type ContextId } from '@nestjs/core';
import type { Host } from './host.js';
import { PARAMS_KEY, paramsFactory } from './param-metadata.js';

/** What is going on, as far as enhancers are told: `switchToWs().getPattern()`. */
interface Patterned {
  readonly pattern: string;
}

/** Runs one operation of a connection through everything that guards it. Resolves to what came back out. */
export type Pipeline<Client extends object, Matter extends Patterned> = (
  connection: Client,
  data: unknown,
  matter: Matter,
) => Promise<unknown>;

/** What it comes to, or a promise of it. */
type Inside<Client extends object, Matter extends Patterned> = (
  ...args: Parameters<Pipeline<Client, Matter>>
) => unknown;

/** What stands inside of all guards and interceptors, made for one instance of the host. */
export type Innermost<Client extends object, Matter extends Patterned> = (
  instance: object,
  contextId: ContextId | undefined,
) => Inside<Client, Matter>;

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
 * method's. They get the arguments `(connection, data, matter, pattern)` in a context of type `ws`.
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
  around<Client extends object, Matter extends Patterned>(
    host: Host,
    name: string,
    innermost: Innermost<Client, Matter>,
    instance?: object,
  ): Pipeline<Client, Matter> {
    return this.#forEach(host, (own, contextId) => this.#enhance(host, instance ?? own, name, innermost, contextId));
  }

  /** `innermost` alone, on an instance made as the host asks for. */
  unguarded<Client extends object, Matter extends Patterned>(
    host: Host,
    innermost: Innermost<Client, Matter>,
  ): Pipeline<Client, Matter> {
    return this.#forEach(host, (instance, contextId) => {
      const inside = innermost(instance, contextId);
      return async (connection, data, matter) => inside(connection, data, matter);
    });
  }

  /**
   * Resolves the method's parameters, each through its pipes, and hands them to `ready` with the instance as `this`.
   * A method without decorated parameters is given the arguments as they are, as Nest does.
   */
  withParameters<Client extends object, Matter extends Patterned>(
    host: Host,
    instance: object,
    name: string,
    ready: Method,
    contextId: ContextId | undefined,
  ): Pipeline<Client, Matter> {
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
    return (connection, data, matter) => run(connection, data, matter, matter.pattern);
  }

  #forEach<Client extends object, Matter extends Patterned>(
    host: Host,
    make: (...made: Parameters<Innermost<Client, Matter>>) => Pipeline<Client, Matter>,
  ): Pipeline<Client, Matter> {
    if (!host.isScoped) return make(host.instance, undefined);
    return async (connection, data, matter) => {
      const { instance, contextId } = await host.resolve(connection);
      return make(instance, contextId)(connection, data, matter);
    };
  }

  #enhance<Client extends object, Matter extends Patterned>(
    host: Host,
    instance: object,
    name: string,
    innermost: Innermost<Client, Matter>,
    contextId: ContextId | undefined,
  ): Pipeline<Client, Matter> {
    const inside = innermost(instance, contextId);
    const callback = standIn(methodOf(instance, name), name, (connection, data, matter) =>
      inside(connection as Client, data, matter as Matter),
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
    return (connection, data, matter) => run(connection, data, matter, matter.pattern);
  }
}
