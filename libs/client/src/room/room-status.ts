import type { RoomError } from '../room-error.js';

/** How a client stands with a room. */
export type RoomStatus =
  | { readonly state: 'joined' }
  /** The link is lost, or the room cannot be reached just now. The client joins again and fills in what was missed. */
  | { readonly state: 'away' }
  /** Left, or ended by the server: kicked, closed, no longer allowed. An error says why. */
  | { readonly state: 'ended'; readonly error?: RoomError };
