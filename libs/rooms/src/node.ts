import type { HistoryReply, MembersReply, Position } from '@greenroom/protocol';
import type { Identity } from './contract/member.js';
import type { RoomKind } from './kind.js';
import type { Connection } from './routing/connection.js';
import type { SendResult, Sessions } from './routing/sessions.js';

/** One room, as the server's own code reaches it: trusted, no guards. `data` must be valid. */
export interface RoomHandle {
  send(
    name: string,
    data: unknown,
    options: { readonly as: Identity; readonly commandId?: string; readonly timeoutMs?: number },
  ): Promise<SendResult>;
  view(as?: Identity): Promise<unknown>;
  members(after?: string, limit?: number): Promise<MembersReply>;
  history(query: { readonly before?: number; readonly limit?: number }): Promise<HistoryReply>;
  kick(member: string, reason: string): Promise<void>;
  close(reason: string): Promise<void>;
}

export interface RoomList {
  readonly rooms: readonly { readonly id: string; readonly members: number }[];
  /** Where the next page begins; absent on the last one. */
  readonly cursor?: string;
}

/** A room that a node runs now. */
export interface ActiveRoom {
  readonly address: string;
  readonly members: number;
  /** Where it is in its log: the epoch says since when this node owns it. */
  readonly position: Position;
}

/** This process's part of the rooms: what a gateway and `RoomsService` talk to. Everything rejects with a `RoomError`. */
export interface RoomsNode {
  readonly id: string;
  /** @throws DefinitionError for two kinds of one name, or a durable kind whose logic cannot be saved. */
  register(kind: RoomKind): void;
  kind(name: string): RoomKind | undefined;
  start(): Promise<void>;
  /** @param onEnded told of each room that the connection is taken out of by anything but its own `leave` and `drop`. */
  connect(connection: Connection, onEnded?: (address: string) => void): Sessions;
  room(address: string): RoomHandle;
  /** Makes a room; `params` are valid. @throws RoomError REJECTED when it exists. */
  create(address: string, params: unknown): Promise<void>;
  /** Rooms of a kind by id, a page at a time, each with how many members are in it now. */
  list(kind: string, limit: number, cursor?: string): Promise<RoomList>;
  /** Rooms active here. */
  readonly active: number;
  /** Those of them that take commands, by no order that means anything. */
  rooms(): IterableIterator<ActiveRoom>;
  /** Commands that rooms here have been asked for since the start, refused ones and repeats included. */
  readonly commands: number;
  /** Its store takes writes, as far as one knows. */
  readonly isWell: boolean;
  /** Stops taking new work, lets every room finish and saves it. After it everything answers UNAVAILABLE. */
  drain(): Promise<void>;
}
