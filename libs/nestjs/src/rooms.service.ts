import { formatAddress, isName } from '@greenroom/protocol';
import {
  RoomError,
  UnknownKindError,
  type ActiveRoom,
  type Ids,
  type ParamsInputOf,
  type RoomContract,
  type RoomsNode,
  type Users,
} from '@greenroom/rooms';
import { Inject, Injectable } from '@nestjs/common';
import { checkParams } from './admission/contract-check.js';
import { Connections } from './gateway/connections.js';
import { ROOMS_IDS, ROOMS_NODE, ROOMS_USERS } from './gateway/gateway.tokens.js';
import { RoomRef } from './room-ref.js';

/** A page of rooms of one kind. */
export interface RoomPage {
  readonly rooms: readonly { readonly id: string; readonly members: number }[];
  /** Hand it in for the next page; absent on the last. */
  readonly cursor?: string;
}

/** What this node does now: for the app's own metrics and operators' pages. */
export interface NodeActivity {
  /** The node's id: another one after each start. */
  readonly node: string;
  /** Connections let in, of both carriers. */
  readonly connections: number;
  /** Commands that rooms here have been asked for since the start. */
  readonly commands: number;
  /** How many rooms are active here. */
  readonly active: number;
  /** Up to so many of them as were asked for. */
  readonly rooms: readonly ActiveRoom[];
}

const PAGE = 100;

/** The rooms, for the app's own code. Trusted: contracts are checked, guards are not asked. */
@Injectable()
export class RoomsService {
  constructor(
    @Inject(ROOMS_NODE) private readonly node: RoomsNode,
    @Inject(ROOMS_IDS) private readonly ids: Ids,
    @Inject(ROOMS_USERS) private readonly users: Users,
    private readonly connections: Connections,
  ) {}

  /**
   * A room, whether it exists yet or not. What is asked of it rejects with `UNKNOWN_KIND` when the app has no room class
   * of this contract, and with `BAD_ADDRESS` when the id is none.
   */
  room<C extends RoomContract>(contract: C, id: string): RoomRef<C> {
    return new RoomRef(contract, () => this.node.room(this.#address(contract, id)));
  }

  /**
   * Makes a room. Rejects with a `RoomError`: `INVALID` params, `REJECTED` when it exists.
   * @param id default: a new one
   * @returns its id
   */
  async create<C extends RoomContract>(contract: C, params: ParamsInputOf<C>, id?: string): Promise<string> {
    const own = id ?? this.ids.unique();
    const address = this.#address(contract, own);
    await this.node.create(address, await checkParams(contract, params));
    return own;
  }

  /** Rooms of a kind that exist, by id; 100 at a time unless told. */
  async list(contract: RoomContract, query: { limit?: number; cursor?: string } = {}): Promise<RoomPage> {
    this.#known(contract);
    return this.node.list(contract.kind, query.limit ?? PAGE, query.cursor);
  }

  /** What this node does, and which rooms it owns; 100 of them unless told. */
  activity(query: { limit?: number } = {}): NodeActivity {
    const { id: node, active, commands } = this.node;
    const { limit = PAGE } = query;
    const rooms: ActiveRoom[] = [];
    for (const room of this.node.rooms()) {
      if (rooms.length >= limit) break;
      rooms.push(room);
    }
    return { node, connections: this.connections.size, commands, active, rooms };
  }

  /**
   * Ends every connection of a user, on all nodes. They may connect again, if they are let in. Rejects with `UNAVAILABLE` when
   * other nodes may not know: those of this one have ended.
   */
  async disconnect(userId: string, reason: string): Promise<void> {
    await this.users.dismiss(userId, reason);
  }

  #address(contract: RoomContract, id: string): string {
    this.#known(contract);
    if (!isName(id)) throw new RoomError('BAD_ADDRESS', 'A room id is 1 to 64 of A-Z a-z 0-9 _ . ~ -');
    return formatAddress(contract.kind, id);
  }

  #known({ kind }: RoomContract): void {
    if (this.node.kind(kind) === undefined) throw new UnknownKindError(kind);
  }
}
