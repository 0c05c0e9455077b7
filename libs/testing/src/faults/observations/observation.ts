import type { LeaveReason, Position, WireEvent, WireMember } from '@greenroom/protocol';

/** Who saw it. A client is one member (their id) with one connection at a time; a connection's id is its own for ever. */
interface Seen {
  readonly client: string;
  readonly connection: string;
}
interface SeenIn extends Seen {
  readonly room: string;
}
/** One command. Attempts of it have the same id. */
interface OfCommand extends SeenIn {
  readonly id: string;
  /** Counts from 1. */
  readonly attempt: number;
}

/**
 * One thing that a client did or was told, in the order it happened to all clients of a run: a line of JSON. What a
 * client was told is as it came, before anything is made of it.
 */
export type Observation =
  /** The connection is let in. */
  | ({ readonly type: 'connected' } & Seen)
  /** The client is through with it, or was told that it ended: nothing it sees is noted after this. */
  | ({ readonly type: 'disconnected' } & Seen)
  /** A join was answered. */
  | ({
      readonly type: 'joined';
      /** What the client asked to go on from. */
      readonly since?: Position;
      readonly position: Position;
      readonly recovered: boolean;
      /** If recovered. */
      readonly events?: readonly WireEvent[];
      /** If not. */
      readonly view?: unknown;
      readonly members: readonly WireMember[];
      readonly count: number;
      /** It is told nothing of events that were blanked before it saw them: a client library does so. */
      readonly skipsRedacted?: boolean;
    } & SeenIn)
  /** A frame of events came. */
  | ({
      readonly type: 'events';
      readonly epoch: number;
      readonly from: number;
      readonly to: number;
      readonly events: readonly WireEvent[];
    } & SeenIn)
  | ({
      readonly type: 'presence';
      readonly at: number;
      readonly joined: readonly WireMember[];
      readonly left: readonly { readonly id: string; readonly reason?: LeaveReason }[];
      readonly count: number;
    } & SeenIn)
  /** A new baseline. */
  | ({
      readonly type: 'reset';
      readonly position: Position;
      readonly view: unknown;
      readonly members: readonly WireMember[];
    } & SeenIn)
  /** The server ended the attachment. */
  | ({ readonly type: 'closed'; readonly code: string } & SeenIn)
  /** The client asks to leave. */
  | ({ readonly type: 'leaving' } & SeenIn)
  /** A leave was answered. */
  | ({ readonly type: 'left'; readonly ok: boolean } & SeenIn)
  /** A command is handed to the connection. */
  | ({
      readonly type: 'sent';
      readonly name: string;
      /** Text that no other command carries, and that whatever comes of it does. */
      readonly token?: string;
      /** The only member who may see it. */
      readonly to?: string;
    } & OfCommand)
  | ({
      readonly type: 'acked';
      readonly position: Position;
      readonly data?: unknown;
      readonly duplicate?: boolean;
    } & OfCommand)
  | ({ readonly type: 'refused'; readonly code: string } & OfCommand)
  /** No answer came, and none will be waited for. */
  | ({ readonly type: 'unanswered' } & OfCommand)
  | ({ readonly type: 'history'; readonly events: readonly WireEvent[]; readonly more: boolean } & SeenIn)
  /** A whole list of members, all pages of it. */
  | ({ readonly type: 'members'; readonly members: readonly WireMember[] } & SeenIn)
  /** What the room shows, asked by whom it shows all. */
  | { readonly type: 'viewed'; readonly room: string; readonly view: unknown }
  /** The store has it, up to here. Only where the store is near enough to be watched; see `committed`. */
  | { readonly type: 'committed'; readonly room: string; readonly seq: number }
  /** Something was done beside the room because of the input of that stamp id. */
  | { readonly type: 'acted'; readonly room: string; readonly id: string }
  /** From here on nothing strikes, nobody comes or goes, and all that was asked has been settled. */
  | { readonly type: 'quiet' };

/** Takes notes. */
export type Observer = (observation: Observation) => void;
