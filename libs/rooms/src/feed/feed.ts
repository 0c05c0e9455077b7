import type { Position } from '@greenroom/protocol';
import type { Member } from '../contract/member.js';
import type { LeaveReason, LoggedEvent } from '../log/entry.js';

/** A committed event on its way to the members, with what the wire says of it. */
export interface PublishedEvent extends LoggedEvent {
  readonly at: number;
  readonly by?: Member;
}

/** An attachment that the room ended; its connection is told why. */
export interface EndedSession {
  readonly session: string;
  /** `UNAVAILABLE`: the room has lost it, and it is to join again. */
  readonly code: 'FORBIDDEN' | 'ROOM_CLOSED' | 'UNAVAILABLE';
  readonly reason: string;
  /** Where it was attached; absent: wherever it is. */
  readonly connection?: string;
}

/** Its session goes on at another connection. */
export const TAKEN_UP = { code: 'FORBIDDEN', reason: 'taken up on another connection' } as const;

/** One committed turn, as the nodes that have members need it. */
export interface PublishedTurn {
  readonly type: 'turn';
  readonly epoch: number;
  /**
   * The position that it follows, that of a barrier aside: whoever stands below it has missed something, and who stands above it in an earlier epoch has
   * heard of what is lost.
   */
  readonly after: number;
  /** `to` of the room's last shared turn: where every member may be taken to stand. */
  readonly floor: number;
  readonly to: number;
  /** `false`: all its events name their recipients, and it does not move the floor. */
  readonly shared: boolean;
  readonly events: readonly PublishedEvent[];
  readonly joined: readonly Member[];
  readonly left: readonly { readonly id: string; readonly reason: LeaveReason }[];
  readonly ended: readonly EndedSession[];
  /** Members after the turn. */
  readonly count: number;
}

/** Volatile: may be lost on the way. */
export interface PublishedSignal {
  readonly type: 'signal';
  readonly name: string;
  readonly data: unknown;
  readonly by: Member;
  /** The connection it came from, which does not get it back. */
  readonly from: string;
}

export type FeedMessage = PublishedTurn | PublishedSignal;
export type FeedListener = (address: string, message: FeedMessage) => void;

/**
 * Carries a room's committed events to every node that has members. A hint: the log is the truth, and what is lost here
 * is read there. Messages of one publisher about one room arrive in the order they were published.
 */
export interface Feed {
  /** Never throws; a listener that throws keeps no other from hearing. */
  publish(address: string, message: FeedMessage): void;
  /** @returns how to stop listening. */
  subscribe(address: string, listener: FeedListener): () => void;
  /** The last position published for a room, if known. */
  head(address: string): Promise<Position | undefined>;
}
