import type { RoomError } from '../errors.js';
import type { Request } from '../room/request.js';
import type { Room } from '../room/room.js';
import type { Creation } from './activation.js';

export interface Waiting {
  /** What it makes a missing room with, if it may. */
  readonly creation: Creation | undefined;
  readonly run: (room: Room) => void;
  readonly fail: (error: RoomError) => void;
}

/** Where a room of this node is in its life. */
export type Slot =
  | { readonly state: 'activating'; readonly waiting: Waiting[] }
  | { readonly state: 'active'; readonly room: Room; readonly since: number; readonly retryMs: number }
  /** What is asked meanwhile waits, and activates it again. */
  | { readonly state: 'passivating'; readonly waiting: Waiting[] }
  | {
      readonly state: 'refused';
      readonly error: RoomError;
      readonly until: number;
      readonly retryMs: number;
      readonly last: Room | undefined;
    };

/** Who can take a request at once. What a room has told its members stays true when it cannot be loaded again. */
export const roomFor = ({ type }: Request, slot: Slot | undefined): Room | undefined => {
  if (slot?.state === 'active') return slot.room;
  return slot?.state === 'refused' && type === 'history' ? slot.last : undefined;
};

/** What a request makes a missing room with, if it may. */
export const creationOf = (request: Request): Creation | undefined => {
  if (request.type === 'join') return request.create;
  if (request.type === 'create') return { params: request.params };
  // The server's own code finds the rooms that anybody may make by joining.
  if (request.type === 'command' && request.session === undefined) return { params: undefined };
  return undefined;
};
