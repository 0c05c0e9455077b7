import type { Host } from '../admission/host.js';
import type { EndpointSettings } from './endpoint.options.js';
import type { Happening } from './handlers.decorators.js';

/** An endpoint class as the explorer read it. */
export interface EndpointDefinition {
  readonly path: string;
  readonly host: Host;
  readonly settings: EndpointSettings;
  /** Names of its methods, by what they handle. */
  readonly methods: ReadonlyMap<Happening, string>;
}
