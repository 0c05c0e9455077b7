import type { Joined } from '../room/request.js';
import type { Connection } from '../routing/connection.js';
import type { EndedSession, FeedMessage } from './feed.js';
import type { Viewer } from './visibility.js';

/** What came in while the join was on its way; more than so much is not kept. */
const MAX_HELD = 1000;

/** What is kept of a join for as long as one sits: not the view and the members that its answer brought. */
export interface Attached extends Pick<Joined, 'sessionId' | 'member' | 'since' | 'listedAt'> {
  readonly secret: string;
  /** That of the join. */
  readonly attempt: number | undefined;
  /** Position of the answer. */
  readonly epoch: number;
  readonly seq: number;
}

export const attachedBy = (
  { sessionId, member, since, listedAt, reply }: Joined,
  attempt: number | undefined,
): Attached => ({
  sessionId,
  member,
  since,
  listedAt,
  secret: reply.session,
  attempt,
  epoch: reply.position.epoch,
  seq: reply.position.seq,
});

/** A place in a room's audience: a session of a connection of this node. Flat, as it is looked at for every delivery. */
export class Seat implements Viewer {
  /** It is told at once of what is published. */
  isLive = false;
  /** What it has been told of, when it is live. */
  position = 0;
  member = '';
  since = Infinity;
  /** Known once the join is answered. */
  joined: Attached | undefined;
  /** Until the join's answer has gone out, what is published is held: the answer says what of it is news. */
  #held: FeedMessage[] | undefined = [];

  constructor(
    readonly connection: Connection,
    /** The room ended the session. */
    readonly onEnded: (ended: EndedSession) => void,
    /** What it was told of last is not in the room's log any more: it needs a new baseline. */
    readonly onAstray: () => void,
  ) {}

  get session(): string | undefined {
    return this.joined?.sessionId;
  }

  hold(message: FeedMessage): void {
    if (this.#held !== undefined && this.#held.length <= MAX_HELD) this.#held.push(message);
  }

  /** Back to where what is published is held: the member gets a new baseline. */
  pause(): void {
    this.isLive = false;
    this.#held = [];
  }

  /** @returns what was held meanwhile, or `undefined` when it was too much to keep. */
  goLive({ member, since }: Attached, position: number): readonly FeedMessage[] | undefined {
    const held = this.#held ?? [];
    this.#held = undefined;
    Object.assign(this, { isLive: true, position, member: member.id, since });
    return held.length > MAX_HELD ? undefined : held;
  }

  /** Nobody sits here any more. */
  leave(): void {
    this.isLive = false;
    this.#held = undefined;
  }
}
