import { webSocket } from '@greenroom/client';
import { socketIo } from '@greenroom/client/socket.io';
import type { Entry } from '@greenroom/rooms';
import type { Dice } from '@greenroom/testing/faults';
import { SdkMember, type Acked } from '../kit/sdk-member.js';
import type { TestCluster } from '../kit/test-cluster.js';
import { eventually } from '../kit/within.js';

export interface CrowdOptions {
  /** Of whoever is in it: no other crowd's. */
  readonly name: string;
  /** Names of chats. */
  readonly rooms: readonly string[];
  /** Members of each room, on one node after the other. */
  readonly each: number;
}

interface Placed {
  readonly member: SdkMember;
  /** The node that it came to. */
  readonly node: string;
}

/** Members of some rooms by the client library, a client each, one half by each carrier. */
export class Crowd {
  readonly #all: Placed[] = [];

  private constructor(
    private readonly cluster: TestCluster,
    private readonly rooms: readonly string[],
  ) {}

  static async gather(cluster: TestCluster, { name, rooms, each }: CrowdOptions): Promise<Crowd> {
    const crowd = new Crowd(cluster, rooms);
    const seats = Array.from({ length: rooms.length * each }, (_, n) => n);
    try {
      for (const [i, node] of cluster.names.entries()) {
        // The members of a room are on one node after the other.
        const here = seats.filter((n) => (n + Math.floor(n / each)) % cluster.names.length === i);
        await cluster.onto(node, () =>
          Promise.all(here.map((n) => crowd.#join(node, `${name}-${n}`, rooms[Math.floor(n / each)] ?? '', n))),
        );
      }
    } catch (error) {
      crowd.close();
      throw error;
    }
    return crowd;
  }

  get members(): readonly SdkMember[] {
    return this.#all.map(({ member }) => member);
  }

  get acked(): readonly Acked[] {
    return this.members.flatMap(({ acked }) => acked);
  }

  /** Commands so far, answered or not. */
  get said(): number {
    return this.members.reduce((sum, { said }) => sum + said, 0);
  }

  get failed(): readonly unknown[] {
    return this.members.flatMap(({ failed }) => failed);
  }

  /** Those that came to that node. */
  on(node: string): readonly SdkMember[] {
    return this.#all.filter((each) => each.node === node).map(({ member }) => member);
  }

  /** Those that came to another. */
  notOn(node: string): readonly SdkMember[] {
    return this.#all.filter((each) => each.node !== node).map(({ member }) => member);
  }

  talk(everyMs: number, dice: Dice): void {
    for (const member of this.members) member.keepSaying(everyMs, dice.int(0, everyMs));
  }

  /** Resolves when all that was said is answered and told. @returns what does not hold of it, in sentences */
  async hush(): Promise<readonly string[]> {
    await Promise.all(this.members.map((member) => member.hush()));
    const logs = await this.cluster.logs(this.rooms.map((room) => `chat/${room}`));
    const faults = await Promise.all(this.rooms.map((room, i) => this.#faultsOf(room, logs[i] ?? [])));
    return faults.flat();
  }

  close(): void {
    for (const { member } of this.#all) member.close();
  }

  async #join(node: string, name: string, room: string, n: number): Promise<void> {
    const carrier = n % 2 === 0 ? webSocket() : socketIo({ transports: ['websocket'] });
    this.#all.push({ member: await SdkMember.join(this.cluster.url, name, carrier, room), node });
  }

  async #faultsOf(room: string, log: readonly Entry[]): Promise<readonly string[]> {
    const members = this.members.filter((member) => member.room.id === room);
    const last = Math.max(0, ...members.flatMap(({ acked }) => acked.map(({ seq }) => seq)));
    await eventually(`all of ${room} told`, () => members.every(({ toldTo }) => toldTo >= last));
    return members.flatMap((member) => [
      ...member.failed.map((error) => `${member.name}: ${String(error)}`),
      ...member.faults(log),
    ]);
  }
}
