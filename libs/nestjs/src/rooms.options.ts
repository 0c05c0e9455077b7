import type { Clock, Ids, NodeLimits, RoomsLogger, RoomStore } from '@greenroom/rooms';
import type { ModuleMetadata, Type } from '@nestjs/common';
import type { ClusterPorts } from './cluster/ports.js';
import { UnauthenticatedError, type Authenticator } from './gateway/authenticator.js';
import type { GatewayOptions } from './gateway/gateway.options.js';
import type { RoomsGateway } from './gateway/rooms.gateway.js';

/** What a store, and whatever else the node stands on, is opened with. */
export interface NodeParts {
  readonly clock: Clock;
  readonly ids: Ids;
  /** The app's own log. */
  readonly logger: RoomsLogger;
}

/** A store, for one process; or what several nodes share, its store included. */
type Opened = RoomStore | ClusterPorts;

/** Where rooms are kept. A factory is called once, when the app starts. */
export type StoreSource = Opened | ((parts: NodeParts) => Opened | Promise<Opened>);

/** What `RoomsModule.forRoot` takes. */
export interface RoomsModuleOptions extends GatewayOptions {
  /**
   * Keeps the rooms' logs; closed when the app shuts down. For several nodes: what `openRedis` of `@greenroom/redis` resolves to,
   * `(parts) => openRedis({ url, ...parts })`.
   */
  readonly store: StoreSource;
  /** Tells who a token belongs to. @default every token is refused */
  readonly authenticator?: Authenticator;
  /** What rooms and the node may hold, and how long things may take. @default NODE_LIMITS */
  readonly limits?: Partial<NodeLimits>;
  /** The only source of time; tests hand in a virtual one. @default a `SystemClock` */
  readonly clock?: Clock;
  /** The only source of chance. @default `systemIds` */
  readonly ids?: Ids;
  /**
   * Freezes machines' contexts, so that changing one in place throws where it is done, and checks what rooms emit and
   * show against their contracts. @default true, but false when `NODE_ENV` is `production`
   */
  readonly checks?: boolean;
}

/** What must be known before the options are: given to `forRoot` beside them, or to `forRootAsync` beside the factory. */
export interface RoomsModuleExtras {
  /** Whether every module can inject `RoomsService` without importing. @default true */
  readonly isGlobal?: boolean;
  /**
   * A gateway of one's own: `@UseGuards(X) class AppGateway extends RoomsGateway {}`. `false`: none, plain WebSockets only;
   * needed under an app-wide `WsAdapter`, which has no namespaces. @default RoomsGateway
   */
  readonly gateway?: Type<RoomsGateway> | false;
  /** Modules whose exports the gateway and its guards inject. @default [] */
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
}

/** `checks`, or its default. */
export const checksOf = ({ checks }: Pick<RoomsModuleOptions, 'checks'>): boolean =>
  checks ?? process.env['NODE_ENV'] !== 'production';

/** Stands in where the app names nobody who knows its tokens. */
export const NOBODY: Authenticator = {
  authenticate: () =>
    Promise.reject(new UnauthenticatedError('This server knows no tokens: RoomsModule was given no authenticator.')),
};
