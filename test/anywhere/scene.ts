import type { RoomsService } from '@greenroom/nestjs';
import type { ReplyBodies } from '@greenroom/protocol';
import type { Client } from '../kit/client.js';

/** Somebody of whom all that they are told is held against what they are told elsewhere, and whoever else it takes. */
export interface Scene {
  readonly me: Client;
  readonly room: string;
  /** Of the node that one is on. */
  readonly rooms: RoomsService;
  /** Another connection: to the same node, or to the other one where there are two. */
  readonly come: (name: string, where?: 'here' | 'there') => Promise<Client>;
  /** As a client of this carrier writes them. */
  readonly bytes: (of: Uint8Array) => unknown;
  /** Takes down what is to be the same everywhere. */
  readonly note: (what: unknown) => void;
}
export type Play = (scene: Scene) => Promise<void>;

/** It has been told so far. */
export const upTo = (client: Client, room: string, seq: number): Promise<unknown> =>
  client.when(`position ${seq}`, () => client.room(room).position.seq >= seq);

/** The sender has been told of it by then. */
export const say = async (client: Client, room: string, text: string, id?: string): Promise<ReplyBodies['send']> => {
  const sent = await client.send(room, 'say', { text }, id);
  const { seq } = client.room(room).position;
  if (seq < sent.position.seq) throw new Error(`${sent.position.seq} was answered, and ${seq} told of`);
  return sent;
};
