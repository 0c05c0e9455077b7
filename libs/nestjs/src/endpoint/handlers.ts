import { inspect, types } from 'node:util';
import { ForbiddenError } from '@greenroom/rooms';
import type { Logger } from '@nestjs/common';
import { hasParameters } from '../admission/param-metadata.js';
import { Passage } from '../admission/passage.js';
import type { Pipeline, Pipelines } from '../admission/pipelines.js';
import { toRefusal } from '../admission/refusal.js';
import type { EndpointDefinition } from './endpoint-definition.js';
import type { Happening } from './handlers.decorators.js';
import type { LiveConnection } from './live-connection.js';
import { Occasion } from './occasion.js';
import { statusOf, type RefusalStatus } from './refusal-status.js';

type Way = Pipeline<LiveConnection, Occasion>;
type Method = (...args: unknown[]) => unknown;

/** An endpoint class's methods, with all that stands around them. Nothing here throws or rejects. */
export class Handlers {
  readonly #path: string;
  readonly #instance: object;
  readonly #connect: Way;
  readonly #message: Way | undefined;
  readonly #binary: Way | undefined;

  constructor(
    private readonly definition: EndpointDefinition,
    private readonly pipelines: Pipelines,
    private readonly logger: Logger,
  ) {
    const { host, methods, path } = definition;
    this.#path = path;
    this.#instance = host.instance;
    const entering =
      (): Way =>
      async (_, __, { passage }) =>
        passage?.enter(undefined);
    this.#connect = pipelines.around(host, methods.get('OnConnect') ?? 'endpoint.connect', entering);
    this.#message = this.#way('OnMessage');
    this.#binary = this.#way('OnBinary');
  }

  /**
   * Asks guards, and interceptors, whether somebody may connect. Only their innermost lets in: fail closed.
   * @returns the status to refuse with; `undefined`: welcome
   */
  async admit(connection: LiveConnection): Promise<RefusalStatus | undefined> {
    const passage = new Passage<undefined, undefined>(() => Promise.resolve(undefined));
    try {
      await this.#connect(connection, connection.handshake, new Occasion('connect', this.#path, passage));
    } catch (thrown) {
      const refusal = toRefusal(thrown);
      if (refusal.code === 'INTERNAL') this.#log('A guard failed, so nobody was let in', refusal.cause ?? refusal);
      return statusOf(refusal);
    }
    return passage.reply === undefined ? statusOf(new ForbiddenError()) : undefined;
  }

  /** Calls `@OnConnect` before it returns: whatever it does at once comes before anything else happens. */
  connected(connection: LiveConnection): Promise<void> {
    return this.#guarded(connection, async () => this.#method('OnConnect')?.(connection));
  }

  /** What no method handles is ignored. */
  message(connection: LiveConnection, text: string): Promise<void> {
    return this.#guarded(connection, async () =>
      this.#message?.(connection, text, new Occasion('message', this.#path)),
    );
  }

  binary(connection: LiveConnection, bytes: Buffer): Promise<void> {
    return this.#guarded(connection, async () => this.#binary?.(connection, bytes, new Occasion('binary', this.#path)));
  }

  async closed(connection: LiveConnection, code: number, reason: string): Promise<void> {
    try {
      await this.#method('OnClose')?.(connection, code, reason);
    } catch (thrown) {
      this.#log('@OnClose failed', thrown);
    }
  }

  /** The socket broke, or the peer broke the rules of WebSockets. */
  async broke(connection: LiveConnection, error: Error): Promise<void> {
    if (this.definition.methods.has('OnError')) return this.#failed(connection, error);
    this.logger.debug(`${this.#path}: a connection failed: ${error.message}`);
  }

  async #guarded(connection: LiveConnection, run: () => Promise<unknown>): Promise<void> {
    try {
      await run();
    } catch (thrown) {
      await this.#failed(connection, thrown);
    }
  }

  async #failed(connection: LiveConnection, thrown: unknown): Promise<void> {
    const tell = this.#method('OnError');
    if (tell === undefined) return this.#log('a handler failed', thrown);
    const error = types.isNativeError(thrown) ? thrown : new Error(inspect(thrown), { cause: thrown });
    try {
      await tell(connection, error);
    } catch (again) {
      this.#log('@OnError failed', again);
    }
  }

  #method(happening: Happening): Method | undefined {
    const name = this.definition.methods.get(happening);
    const method = name === undefined ? undefined : (this.#instance as Record<string, Method | undefined>)[name];
    return method?.bind(this.#instance);
  }

  /** The method inside of its guards, interceptors and pipes. */
  #way(happening: Happening): Way | undefined {
    const { host, methods } = this.definition;
    const name = methods.get(happening);
    const method = this.#method(happening);
    if (name === undefined || method === undefined) return undefined;
    const run: Method = hasParameters(host.class, name)
      ? method
      : (connection: unknown, data: unknown) => method(connection, data);
    return this.pipelines.around(host, name, (instance) =>
      this.pipelines.withParameters(host, instance, name, run, undefined),
    );
  }

  /** What somebody threw to refuse is no fault of the app's, and needs no stack. */
  #log(what: string, thrown: unknown): void {
    const words = types.isNativeError(thrown) ? thrown.message : inspect(thrown);
    const sentence = `${this.#path}: ${what}: ${words}`;
    if (toRefusal(thrown).code === 'INTERNAL')
      this.logger.error(sentence, types.isNativeError(thrown) ? thrown.stack : undefined);
    else this.logger.warn(sentence);
  }
}
