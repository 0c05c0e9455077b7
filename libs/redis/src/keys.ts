/** Rooms are spread over so many groups of keys, each in one slot of a Redis Cluster. Part of the layout: never changed. */
export const SHARDS = 64;

/** Raised whenever what is below changes so that an older Greenroom would misread it. */
export const FORMAT = 1;

/**
 * What is where. `<prefix>` is the app's, `{n}` the shard of a room: all that one atomic write touches is of one shard, and
 * so in one slot.
 *
 * | key                       | is                                                                                     |
 * | ------------------------- | -------------------------------------------------------------------------------------- |
 * | `<prefix>:{n}:room:<a>`   | hash: `epoch`, `owner`, `seq`, `index`, `saved`, `lineage` (`epoch:base epoch:base`)   |
 * | `<prefix>:{n}:log:<a>`    | sorted set of rows by `seq` (`store/row.ts`)                                           |
 * | `<prefix>:{n}:snapshot:<a>` | the newest snapshot, in MessagePack                                                  |
 * | `<prefix>:{n}:due`        | sorted set of addresses by deadline                                                    |
 * | `<prefix>:{n}:rooms:<kind>` | sorted set of ids, all of score 0                                                    |
 * | `<prefix>:{n}:probe`      | bytes of no meaning                                                                    |
 * | `<prefix>:{n}:feed:<a>`   | channel of a room's committed turns and signals; `feed@1` of database 1                |
 * | `<prefix>:{n}:head:<a>`   | hash: `epoch`, `seq` of what was published without the store; it expires                |
 * | `<prefix>:{n}:owner:<a>`  | the node that is to own the room; it expires                                           |
 * | `<prefix>:{n}:user:<u>`   | hash: how many connections of the user a node has, and when it said so; it expires     |
 * | `<prefix>:dismissed`      | stream of users whose connections are to end; a channel, too; it expires               |
 * | `<prefix>:nodes`          | sorted set of nodes by the end of their lease (the server's clock); a channel, too      |
 * | `<prefix>:{<prefix>:nodes}:loads` | sorted set of nodes by how much they do, in the slot of the one before        |
 * | `<prefix>:inbox:<name>`   | channel of what is sent to a node, or back to a courier                                |
 * | `<prefix>:socket.io#...`  | channels of Socket.IO's adapter, two a namespace and node; `socket.io@1` of database 1  |
 * | `<prefix>:format`         | number of this layout                                                                  |
 */
export class Keys {
  /** Channels are those of all databases. */
  readonly #mark: string;

  constructor(
    readonly prefix: string,
    database = 0,
  ) {
    this.#mark = database === 0 ? '' : `@${database}`;
  }

  get nodes(): string {
    return `${this.prefix}:nodes`;
  }

  get loads(): string {
    return `${this.prefix}:{${this.nodes}}:loads`;
  }

  get dismissed(): string {
    return `${this.prefix}:dismissed`;
  }

  /** Begins the channels of Socket.IO's adapter. */
  get socketIo(): string {
    return `${this.prefix}:socket.io${this.#mark}`;
  }

  get format(): string {
    return `${this.prefix}:format`;
  }

  inbox(name: string): string {
    return `${this.prefix}:inbox:${name}`;
  }

  room(address: string): string {
    return this.#of('room', address);
  }

  log(address: string): string {
    return this.#of('log', address);
  }

  snapshot(address: string): string {
    return this.#of('snapshot', address);
  }

  feed(address: string): string {
    return this.#of(`feed${this.#mark}`, address);
  }

  head(address: string): string {
    return this.#of('head', address);
  }

  owner(address: string): string {
    return this.#of('owner', address);
  }

  user(user: string): string {
    return this.#of('user', user);
  }

  /** Where the room's deadline is. */
  due(address: string): string {
    return this.dueIn(shardOf(address));
  }

  /** Where the room is listed. */
  rooms(address: string): string {
    return this.roomsIn(shardOf(address), address.slice(0, address.indexOf('/')));
  }

  dueIn(shard: number): string {
    return `${this.prefix}:{${shard}}:due`;
  }

  roomsIn(shard: number, kind: string): string {
    return `${this.prefix}:{${shard}}:rooms:${kind}`;
  }

  probeIn(shard: number): string {
    return `${this.prefix}:{${shard}}:probe`;
  }

  #of(what: string, name: string): string {
    return `${this.prefix}:{${shardOf(name)}}:${what}:${name}`;
  }
}

const shardOf = (address: string): number => hash(address) % SHARDS;

/** FNV-1a of 32 bits, mixed once more so that names that differ in their last letter alone are far apart. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
