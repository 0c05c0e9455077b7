import type { Joined } from '../room/request.js';
import type { Connection } from '../routing/connection.js';
import type { EndedSession, FeedMessage } from './feed.js';
import type { Viewer } from './visibility.js';

/** What came in while the join was on its way; more than so much is not kept. */
const MAX_HELD = 1000;

/** A place in a room's audience: a session of a connection of this node. */
export type SeatState =
  /** Until the join's answer has gone out, what is published is held: the answer says what of it is news. */
  | { readonly type: 'joining'; readonly held: FeedMessage[] }
  | { readonly type: 'live'; readonly viewer: Viewer; position: number }
  | { readonly type: 'gone' };

/** What is kept of a join for as long as one sits: not the view and the members that its answer brought. */
export interface Attached extends Pick<Joined, 'sessionId' | 'member' | 'since' | 'listedAt'> {
  readonly secret: string;
  /** Position of the answer. */
  readonly seq: number;
}

export const attachedBy = ({ sessionId, member, since, listedAt, reply }: Joined): Attached => ({
  sessionId,
  member,
  since,
  listedAt,
  secret: reply.session,
  seq: reply.position.seq,
});

export class Seat {
  state: SeatState = { type: 'joining', held: [] };
  /** Known once the join is answered. */
  joined: Attached | undefined;

  constructor(
    readonly connection: Connection,
    /** The room ended the session. */
    readonly onEnded: (ended: EndedSession) => void,
  ) {}

  get session(): string | undefined {
    return this.joined?.sessionId;
  }

  hold(message: FeedMessage): void {
    if (this.state.type === 'joining' && this.state.held.length <= MAX_HELD) this.state.held.push(message);
  }

  /** Back to where what is published is held: the member gets a new baseline. */
  pause(): void {
    this.state = { type: 'joining', held: [] };
  }

  /** @returns what was held meanwhile, or `undefined` when it was too much to keep. */
  goLive({ member, since }: Attached, position: number): readonly FeedMessage[] | undefined {
    const held = this.state.type === 'joining' ? this.state.held : [];
    this.state = { type: 'live', viewer: { member: member.id, since }, position };
    return held.length > MAX_HELD ? undefined : held;
  }
}
