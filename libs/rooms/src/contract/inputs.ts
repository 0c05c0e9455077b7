import type {
  CommandName,
  DataOf,
  JoinDataOf,
  LeaveReason,
  MemberOf,
  ParamsOf,
  RoomContract,
} from '@greenroom/protocol';
import type { Stamp } from '../log/entry.js';

/** Every event that enters a room's machine: its commands, and the members' comings and goings. */
export type Inputs<C extends RoomContract> =
  | {
      [K in CommandName<C>]: { readonly type: K; readonly data: DataOf<C, K>; readonly by: MemberOf<C> } & Stamp;
    }[CommandName<C>]
  /** Somebody is about to become a member. No transition means accepted; `room.reject` refuses. */
  | ({ readonly type: 'room.join'; readonly by: MemberOf<C>; readonly data: JoinDataOf<C> } & Stamp)
  | ({ readonly type: 'room.leave'; readonly by: MemberOf<C>; readonly reason: LeaveReason } & Stamp)
  /** A member's last connection is lost; they stay a member for the grace time. */
  | ({ readonly type: 'room.drop'; readonly by: MemberOf<C> } & Stamp)
  | ({ readonly type: 'room.resume'; readonly by: MemberOf<C> } & Stamp);

/** What a machine's `context: ({ input }) => ...` is given when the room is made. */
export interface RoomInput<C extends RoomContract> {
  /** `kind/id`. */
  readonly address: string;
  readonly params: ParamsOf<C>;
  readonly at: number;
  readonly seed: number;
}
