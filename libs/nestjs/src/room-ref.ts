import type { Position } from '@greenroom/protocol';
import {
  SYSTEM,
  UnknownCommandError,
  type CommandName,
  type EventName,
  type EventOf,
  type Identity,
  type MemberOf,
  type ReplyOf,
  type RoomContract,
  type RoomHandle,
  type SendOf,
  type ViewOf,
} from '@greenroom/rooms';
import { checkCommand, has } from './admission/contract-check.js';

/** How a command is sent by the server's own code. */
export interface SendOptions {
  /** On whose behalf; they need not be a member. @default SYSTEM */
  readonly as?: Identity;
  /** Sent again with the same id (up to 64 characters), a command takes effect once. @default a new one */
  readonly commandId?: string;
  /** Milliseconds until the outcome counts as unknown. @default 5000 */
  readonly timeoutMs?: number;
}

/** What became of a command: where it stands in the room's order, and the room's answer. */
export interface Sent<C extends RoomContract, K extends CommandName<C>> {
  readonly position: Position;
  readonly data: ReplyOf<C, K>;
  /** An earlier command with this id took effect; this is its outcome. */
  readonly duplicate?: true;
}

/** A committed event, by the contract's names. */
export type HistoryEvent<C extends RoomContract> = {
  [K in EventName<C>]: {
    readonly seq: number;
    readonly name: K;
    /** `null` once redacted. */
    readonly data: EventOf<C, K> | null;
    /** Milliseconds since 1970. */
    readonly at: number;
  };
}[EventName<C>];

const PAGE = 200;

/** One room, for the server's own code: trusted, without guards. Every method rejects with a `RoomError`. */
export class RoomRef<C extends RoomContract> {
  constructor(
    private readonly contract: C,
    /** Reached when it is used: references may be made before the app has started. */
    private readonly reach: () => RoomHandle,
  ) {}

  /** Checked by the contract, then as any command. Resolves once it is committed. */
  async send<K extends keyof C['commands'] & string>(
    name: K,
    data: SendOf<C, K>,
    options: SendOptions = {},
  ): Promise<Sent<C, K>> {
    if (!has(this.contract.commands, name)) throw new UnknownCommandError(this.contract.kind, name);
    const valid = await checkCommand(this.contract, name, data);
    const { as = SYSTEM, ...rest } = options;
    const { data: reply, ...sent } = await this.reach().send(name, valid, { as, ...rest });
    // The room's logic answers with what the contract says (`out.room.reply`).
    return { ...sent, data: reply as ReplyOf<C, K> };
  }

  /** What the room shows: to `as`, or to the server itself. */
  async view(as?: Identity): Promise<ViewOf<C>> {
    return (await this.reach().view(as)) as ViewOf<C>;
  }

  /** All members, in the order of their ids. */
  async members(): Promise<MemberOf<C>[]> {
    const members: MemberOf<C>[] = [];
    for (let more = true; more;) {
      const page = await this.reach().members(members.at(-1)?.id, PAGE);
      members.push(...(page.members as unknown as MemberOf<C>[]));
      more = page.more && page.members.length > 0;
    }
    return members;
  }

  /** Committed events that are kept, ascending: the last `limit` (200) before `before`. */
  async history(query: { before?: number; limit?: number } = {}): Promise<HistoryEvent<C>[]> {
    const { events } = await this.reach().history(query);
    return events as unknown as HistoryEvent<C>[];
  }

  /** Ends a member's part in the room. */
  async kick(member: string, reason: string): Promise<void> {
    return this.reach().kick(member, reason);
  }

  /** Ends the room, for good. */
  async close(reason: string): Promise<void> {
    return this.reach().close(reason);
  }
}
