import { DefinitionError } from '@greenroom/rooms';
import { Injectable, type Type } from '@nestjs/common';
import type { Endpoint } from './connection.js';

/** The app's endpoints, for whoever has something to tell their connections. Inject it anywhere. */
@Injectable()
export class Endpoints {
  readonly #byClass = new Map<Type<object>, Endpoint>();

  /**
   * The endpoint that a class handles.
   * @throws DefinitionError before the app has started, and for a class that is no endpoint of it
   */
  of(handler: Type<object>): Endpoint {
    const endpoint = this.#byClass.get(handler);
    if (endpoint !== undefined) return endpoint;
    throw new DefinitionError(
      `${handler.name} is no endpoint of this app: list it in EndpointsModule.forFeature, and ask when the app has started.`,
    );
  }

  /** For the explorer's use. */
  add(handler: Type<object>, endpoint: Endpoint): void {
    this.#byClass.set(handler, endpoint);
  }
}
