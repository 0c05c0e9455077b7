import type { CommandName, Directed, EventName, EventOf, ReplyOf, RoomContract } from '@greenroom/protocol';
import { isDirected } from './contract.js';

/** One member id, or several. Ids that are not members' when the turn commits are left out. */
export type MemberIds = string | readonly string[];

export type Audience = { readonly to: MemberIds } | { readonly except: MemberIds };
export type RejectCode = 'REJECTED' | 'FORBIDDEN';

/** What a room's logic may say besides its own events: a closed list. */
export type RoomOutput =
  /** Answers the command of this turn. At most one, and not together with a rejection. */
  | { readonly type: 'room.reply'; readonly data: unknown }
  /** Refuses the command or join and undoes all it did. */
  | { readonly type: 'room.reject'; readonly reason: string; readonly code: RejectCode }
  | { readonly type: 'room.kick'; readonly member: string; readonly reason: string }
  | { readonly type: 'room.close'; readonly reason: string }
  /** Blanks the events of an earlier input, by that input's `id`, in log, history and resume. */
  | { readonly type: 'room.redact'; readonly id: string };

/** What a machine of this contract may emit. */
export type Emitted<C extends RoomContract> =
  | {
      [K in EventName<C>]: C['events'][K] extends Directed
        ? { readonly type: K; readonly data: EventOf<C, K>; readonly to: MemberIds }
        : {
            readonly type: K;
            readonly data: EventOf<C, K>;
            readonly to?: MemberIds | undefined;
            readonly except?: MemberIds | undefined;
          };
    }[EventName<C>]
  | RoomOutput;

type EventBuilder<C extends RoomContract, K extends EventName<C>> = C['events'][K] extends Directed
  ? (to: MemberIds, data: EventOf<C, K>) => { type: K; data: EventOf<C, K>; to: MemberIds }
  : (data: EventOf<C, K>, audience?: Audience) => { type: K; data: EventOf<C, K>; to?: MemberIds; except?: MemberIds };

/** Typed builders for `emit()`: a misspelt audience or a forgotten `to` does not compile. */
export type Outputs<C extends RoomContract> = { readonly [K in EventName<C>]: EventBuilder<C, K> } & {
  readonly room: {
    reply<K extends CommandName<C>>(command: K, data: ReplyOf<C, K>): Extract<RoomOutput, { type: 'room.reply' }>;
    reject(reason: string, code?: RejectCode): Extract<RoomOutput, { type: 'room.reject' }>;
    kick(member: string, reason: string): Extract<RoomOutput, { type: 'room.kick' }>;
    close(reason: string): Extract<RoomOutput, { type: 'room.close' }>;
    redact(id: string): Extract<RoomOutput, { type: 'room.redact' }>;
  };
};

const room = {
  reply: (_command: string, data: unknown) => ({ type: 'room.reply', data }),
  reject: (reason: string, code: RejectCode = 'REJECTED') => ({ type: 'room.reject', reason, code }),
  kick: (member: string, reason: string) => ({ type: 'room.kick', member, reason }),
  close: (reason: string) => ({ type: 'room.close', reason }),
  redact: (id: string) => ({ type: 'room.redact', id }),
};

/** The builders of a contract: `const out = outputs(Chat)`, then `emit(out.message({ ... }))`. */
export const outputs = <C extends RoomContract>(contract: C): Outputs<C> => {
  const events = Object.entries(contract.events).map(([type, part]) => [
    type,
    isDirected(part)
      ? (to: MemberIds, data: unknown) => ({ type, data, to })
      : (data: unknown, audience?: Audience) => ({ type, data, ...audience }),
  ]);
  // The builders are made from the contract's own keys; only the mapped type knows them one by one.
  return { ...Object.fromEntries(events), room } as Outputs<C>;
};
