import type { ServerName } from '../servers/server-name.js';
import type { Dialect } from './dialects/dialect.js';
import { DIALECTS } from './dialects/index.js';
import { Histogram } from './histogram.js';
import { Member } from './member.js';

/** Who is to connect, and where they go. */
export interface Seating {
  readonly server: ServerName;
  /** Kind of the rooms; servers without kinds see it as part of the name. */
  readonly kind: 'talk' | 'ledger' | 'shelf';
  /** Members are spread evenly over the `ports` of their room: the first of them are at the first. */
  readonly rooms: readonly { readonly number: number; readonly members: number; readonly ports: readonly number[] }[];
  /** Whether they join, or are connected only. */
  readonly joins: boolean;
  /** So many connect at the same time. */
  readonly atOnce: number;
}

export interface CrowdRoom {
  readonly number: number;
  readonly address: string;
  readonly members: readonly Member[];
}

/** Everybody whom one load process plays. */
export class Crowd {
  /** From the first byte to being in the room. */
  readonly arrivals = new Histogram();
  /** Why connections ended that should not have. */
  readonly lost: string[] = [];

  private constructor(
    readonly dialect: Dialect,
    readonly rooms: readonly CrowdRoom[],
  ) {}

  static async gather({ server, kind, rooms, joins, atOnce }: Seating): Promise<Crowd> {
    const dialect = DIALECTS[server];
    const seated = rooms.map(({ number }) => ({ number, address: `${kind}/r${number}`, members: [] as Member[] }));
    const crowd = new Crowd(dialect, seated);
    // Round robin: all rooms fill up at the same time.
    const most = Math.max(...rooms.map(({ members }) => members));
    const places = Array.from({ length: most }, (_, seat) =>
      seated.flatMap((room, i) => {
        const { members = 0, ports = [] } = rooms[i] ?? {};
        const port = ports[Math.floor((seat * ports.length) / members)];
        return seat < members && port !== undefined ? [{ room, seat, port }] : [];
      }),
    ).flat();
    const worker = async (): Promise<void> => {
      for (let place = places.shift(); place; place = places.shift()) {
        const { room, seat, port } = place;
        const started = performance.now();
        const member = await Member.connect(dialect, port, `u${room.number}-${seat}`, joins ? room.address : undefined);
        member.onEnd = (why) => crowd.lost.push(`${member.name}: ${why}`);
        if (joins) await member.join(room.address);
        room.members[seat] = member;
        crowd.arrivals.add(performance.now() - started);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return crowd;
  }

  close(): void {
    for (const { members } of this.rooms) for (const member of members) member.close();
  }
}
