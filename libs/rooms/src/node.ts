import type { HistoryReply, MembersReply } from '@greenroom/protocol';
import type { Identity, Member } from './contract/infer.js';
import type { RoomKind } from './kind.js';
import type { Connection } from './routing/connection.js';
import type { SendResult, Sessions } from './routing/sessions.js';

/** One room, as the server's own code reaches it: trusted, no guards. `data` must be valid. */
export interface RoomHandle {
  send(
    name: string,
    data: unknown,
    options: { as: Identity; commandId?: string; timeoutMs?: number },
  ): Promise<SendResult>;
  view(as?: Identity): Promise<unknown>;
  members(after?: string, limit?: number): Promise<MembersReply>;
  history(query: { before?: number; limit?: number }): Promise<HistoryReply>;
  kick(member: string, reason: string): Promise<void>;
  close(reason: string): Promise<void>;
}

/** This process's part of the rooms: what a gateway and `RoomsService` talk to. */
export interface RoomsNode {
  readonly id: string;
  /** @throws DefinitionError for two kinds of one name, or a durable kind whose logic cannot be saved. */
  register(kind: RoomKind): void;
  kind(name: string): RoomKind | undefined;
  start(): Promise<void>;
  connect(connection: Connection): Sessions;
  room(address: string): RoomHandle;
  /** Makes a room. @throws RoomError REJECTED when it exists. */
  create(address: string, params: unknown): Promise<void>;
  list(
    kind: string,
    limit: number,
    cursor?: string,
  ): Promise<{ rooms: { id: string; members: number }[]; cursor?: string }>;
  /** Rooms active here. */
  readonly active: number;
  /** Stops taking new work, finishes what waits, saves every room. After it, `connect` and `room` answer UNAVAILABLE. */
  drain(): Promise<void>;
}
export type { Member };
