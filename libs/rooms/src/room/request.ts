import type { JoinReply, MembersReply, Position, WireEvent } from '@greenroom/protocol';
import type { Author, Member } from '../contract/member.js';
import type { EndedSession } from '../feed/feed.js';
import type { Place } from '../log/place.js';

/** What somebody outside asks of a room. Plain data: it may come from another node. */
export type Request =
  | JoinRequestOfRoom
  | { readonly type: 'leave' | 'drop'; readonly session: string; readonly connection: string }
  /** Whatever sessions a connection has besides the one it knows of are dropped: it was never told of them. */
  | { readonly type: 'disown'; readonly connection: string; readonly but: string | undefined }
  /** What a node knows of who is in the room through it, after others may have taken it, or the room, for gone. */
  | { readonly type: 'attach'; readonly sessions: readonly (Place & { readonly session: string })[] }
  /** All nodes there are: sessions of others are dropped. */
  | { readonly type: 'nodes'; readonly nodes: readonly string[] }
  | CommandRequest
  | { readonly type: 'view'; readonly viewer: string | undefined }
  /** What a member who lost the thread goes on from. */
  | { readonly type: 'baseline'; readonly session: string }
  /** How many members there are. Of a room that is not loaded, none. */
  | { readonly type: 'count' }
  | { readonly type: 'members'; readonly after: string | undefined; readonly limit: number }
  | {
      readonly type: 'history';
      /** Whose eyes see it; `undefined`: the server's, which see all. */
      readonly member: string | undefined;
      readonly before: number | undefined;
      readonly limit: number;
    }
  | { readonly type: 'kick'; readonly member: string; readonly reason: string }
  | { readonly type: 'close'; readonly reason: string }
  /** Makes the room, or fails because it exists. */
  | { readonly type: 'create'; readonly params: unknown };

/** For the log. */
export const nameOf = (request: Request): string =>
  request.type === 'command' ? `command ${request.name} of ${request.as.id}` : request.type;

/** It counts though nobody waits for its answer any more, and always finds a place: or a member would stay for ever. */
export const isLeaving = ({ type }: Request): boolean =>
  type === 'leave' || type === 'drop' || type === 'disown' || type === 'nodes';

export interface JoinRequestOfRoom extends Place {
  readonly type: 'join';
  readonly user: string;
  readonly profile: object;
  readonly data: unknown;
  /** Secret of a session to take up again. */
  readonly secret: string | undefined;
  readonly since: Position | undefined;
  /** What the room is made with if it does not exist; `undefined`: then the join is refused. */
  readonly create: { readonly params: unknown } | undefined;
}

export interface CommandRequest {
  readonly type: 'command';
  readonly name: string;
  readonly data: unknown;
  readonly commandId: string;
  /** The member's session; `undefined`: the server speaks, for `as`. */
  readonly session: string | undefined;
  readonly as: Author;
}

/** A join's reply with what its node needs to know of the session. */
export interface Joined {
  readonly reply: JoinReply;
  readonly sessionId: string;
  readonly member: Member;
  /** Position of the member's joining: with `historyFor: 'joined'` they see nothing older. */
  readonly since: number;
  /** Position at which the members were those of the reply. */
  readonly listedAt: number;
  /** The join made the room. */
  readonly created: boolean;
}

/** What a member sees of the room at a position, and who is in it: the first hundred. */
export interface Baseline {
  readonly position: Position;
  readonly view: unknown;
  readonly members: readonly Member[];
}

export interface CommandReply {
  readonly position: Position;
  readonly data?: unknown;
  readonly duplicate?: true;
}

interface Replies {
  join: Joined;
  leave: undefined;
  drop: undefined;
  disown: undefined;
  /** Those of them that are no more, or somewhere else. */
  attach: readonly EndedSession[];
  nodes: undefined;
  command: CommandReply;
  view: unknown;
  baseline: Baseline;
  count: number;
  members: MembersReply;
  history: { readonly events: readonly WireEvent[]; readonly more: boolean };
  kick: undefined;
  close: undefined;
  create: undefined;
}

export type ReplyTo<R extends Request> = Replies[R['type']];
