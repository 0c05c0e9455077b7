import type { Clock, Ids, RoomStore } from '@greenroom/rooms';
import type { Type } from '@nestjs/common';

// PLACEHOLDER, until the carriers are merged: `gateway/gateway.options.ts` and `gateway/authenticator.ts`.
export interface GatewayOptions {
  /** Path of the plain WebSocket carrier. @default '/rooms' */
  readonly path?: string;
}
export interface Authenticator {
  authenticate(attempt: object): Promise<object>;
}

/** Where rooms are kept. A factory is called once, when the app starts. */
export type StoreSource = RoomStore | (() => RoomStore | Promise<RoomStore>);

/** What `RoomsModule.forRoot` takes. */
export interface RoomsModuleOptions extends GatewayOptions {
  /** Keeps the rooms' logs; closed when the app shuts down. */
  readonly store: StoreSource;
  /** Tells who a token belongs to. @default every token is refused */
  readonly authenticator?: Authenticator;
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
  /** A gateway of one's own: `class AppGateway extends RoomsGateway {}`. @default RoomsGateway */
  readonly gateway?: Type<object>;
}

/** `checks`, or its default. */
export const checksOf = ({ checks }: Pick<RoomsModuleOptions, 'checks'>): boolean =>
  checks ?? process.env['NODE_ENV'] !== 'production';
