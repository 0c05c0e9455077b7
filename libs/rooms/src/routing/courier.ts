import type { ReplyTo, Request } from '../room/request.js';
import type { InLine } from './line.js';

/** A request on its way to a room, from node to node. Plain data. */
export interface Envelope<R extends Request = Request> extends InLine {
  readonly address: string;
  readonly request: R;
  /** After it nobody waits any more. Milliseconds since 1970. */
  readonly deadline: number;
  /** The node that asks. */
  readonly from: string;
}

export type EnvelopeHandler = (envelope: Envelope) => Promise<ReplyTo<Request>>;

/** Takes envelopes to other nodes and brings back the replies. Envelopes from one node to one other arrive in order; some may be lost. */
export interface Courier {
  /** Rejects with a `RoomError`: the room's own, or UNAVAILABLE when the node cannot be reached and nothing was done. */
  send<R extends Request>(node: string, envelope: Envelope<R>): Promise<ReplyTo<R>>;
  /** Resolves, with how to stop, once what is sent to this node is received. */
  serve(node: string, handler: EnvelopeHandler): Promise<() => void>;
}
