import type { WireMember } from '@greenroom/protocol';
import type { RoomError } from '../room-error.js';

/** How a client stands with its server. */
export type ClientStatus =
  /** Nothing has been asked of it yet. */
  | { readonly state: 'idle' }
  | { readonly state: 'connecting' }
  | { readonly state: 'online'; readonly user: WireMember }
  /** The link is lost; another is tried at `retryAt` (milliseconds since 1970), or once the network is back. */
  | { readonly state: 'waiting'; readonly retryAt: number; readonly error?: RoomError }
  /** By `close()`, or for good: the server refuses this user. A `join` tries again. */
  | { readonly state: 'closed'; readonly error?: RoomError };
