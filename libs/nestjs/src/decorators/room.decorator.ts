import type { Emitted, Inputs, KindOptions, LogicFactory, MemberOf, RoomContract, ViewOf } from '@greenroom/rooms';
import { DiscoveryService } from '@nestjs/core';
import type { AnyStateMachine, EmittedFrom, EventFromLogic } from 'xstate';
import { EntryProvider } from '../admission/entry-provider.js';
import type { Duration } from '../duration.js';

/** How a kind of room behaves. */
export interface RoomSettings extends Omit<KindOptions, 'passivateAfterMs' | 'graceMs'> {
  /** An idle room without members is unloaded after so long. @default '60s' */
  readonly passivateAfter?: Duration;
  /** How long a member who lost the connection may come back. @default '30s' */
  readonly grace?: Duration;
}

/** What a room runs: an XState v5 machine, or a logic of one's own. */
export type RoomOptions = RoomSettings &
  (
    | { readonly machine: AnyStateMachine; readonly logic?: never }
    | { readonly logic: LogicFactory; readonly machine?: never }
  );

/** The sentence that stands in the compiler's message; `unknown` where the machine fits. */
type Fits<C extends RoomContract, M extends AnyStateMachine> = [Inputs<C>] extends [EventFromLogic<M>]
  ? string extends EmittedFrom<M>['type']
    ? unknown
    : [EmittedFrom<M>] extends [Emitted<C>]
      ? unknown
      : 'this machine emits what the contract does not have: type it by roomTypes<typeof TheContract, ...>()'
  : 'this machine does not take what the contract sends it: type it by roomTypes<typeof TheContract, ...>()';

/** What the compiler holds a room class to. `object` keeps it from asking for a property in common. */
export type RoomClass<C extends RoomContract> = object & {
  /**
   * What a viewer is shown of the room, `viewer` being `undefined` for the server itself. Synchronous; runs in the room's
   * turn, so it only reads. Its result has the shape of the contract's `view`.
   */
  view?(state: unknown, viewer: MemberOf<C> | undefined): ViewOf<C>;
};

export interface RoomNote {
  readonly contract: RoomContract;
  readonly options: RoomOptions;
}

/** What the explorer finds on classes with `@Room`. */
export const RoomNote = DiscoveryService.createDecorator<RoomNote>();

/**
 * Makes a class the Nest side of a kind of room: with dependencies, `@UseGuards`, `@UseInterceptors`, `@UsePipes`, and
 * methods with `@OnJoin`, `@OnCommand`, `@OnLeave`, `@AfterCommit`, all of them optional. List it in
 * `RoomsModule.forFeature` or in any module's `providers`. It needs no `@Injectable()`, but keeps the scope of one.
 */
export const Room =
  <const C extends RoomContract, M extends AnyStateMachine = never>(
    contract: C,
    options: RoomOptions & { readonly machine?: (M & Fits<C, M>) | undefined },
  ) =>
  <T extends new (...dependencies: never[]) => RoomClass<C>>(target: T): void => {
    RoomNote({ contract, options })(target);
    EntryProvider()(target);
  };
