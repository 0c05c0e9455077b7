import type { Clock, Ids } from '@greenroom/rooms';
import type { EndpointOptions } from './endpoint.options.js';

/** What `EndpointsModule.forRoot` takes: what holds for every endpoint that does not say otherwise itself. */
export interface EndpointsModuleOptions extends EndpointOptions {
  /** The only source of time; tests hand in a virtual one. @default a `SystemClock` */
  readonly clock?: Clock;
  /** The only source of chance. @default `systemIds` */
  readonly ids?: Ids;
}

/** What `forRoot` was given. */
export const ENDPOINTS_OPTIONS = Symbol('greenroom.endpoints-options');
