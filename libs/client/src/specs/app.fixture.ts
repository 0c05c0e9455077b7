import type { ErrorCode, Position } from '@greenroom/protocol';
import { RoomsClient } from '../client.js';
import { RoomError } from '../room-error.js';
import type { Room } from '../room/room.js';
import type { RoomStatus } from '../room/room-status.js';
import { VirtualEnvironment } from '../virtual-environment.fixture.js';
import type { Network } from './network.fixture.js';
import { Witness, type Hearing } from './witness.fixture.js';

export const QUEUE_LIMIT = 8;

export interface Sent {
  readonly room: Room;
  readonly text: string;
  /** Where its ack says that it stands, or why it was rejected. */
  outcome?: Position | ErrorCode;
}

/** A user's application: one client, in one room at a time. */
export class App {
  readonly environment: VirtualEnvironment;
  readonly client: RoomsClient;
  readonly witnesses: Witness[] = [];
  readonly sent: Sent[] = [];
  /** Why joins failed, and rooms ended that were not left. */
  readonly failures: RoomError[] = [];
  room: Room | undefined;
  /** How long its tokens hold, milliseconds; and how many are of no use before one is. */
  tokenMs = 60_000;
  badTokens = 0;
  #isJoining = false;

  constructor(
    readonly name: string,
    private readonly network: Network,
    seed: number,
    private readonly hearing: Hearing,
  ) {
    // Clocks differ.
    this.environment = new VirtualEnvironment(network.rooms.clock, seed, ((seed % 3) - 1) * 3_600_000);
    const options = { token: () => this.#token(), carrier: network, queueLimit: QUEUE_LIMIT };
    this.client = new RoomsClient('http://server', options, this.environment);
  }

  async join(): Promise<void> {
    if (this.room !== undefined || this.#isJoining) return;
    this.#isJoining = true;
    try {
      const room = await this.client.join('hall', 'a');
      this.room = room;
      this.witnesses.push(new Witness(room, this.name, this.hearing));
      room.on('room.status', (status: RoomStatus) => {
        if (status.state !== 'ended') return;
        if (this.room === room) this.room = undefined;
        if (status.error !== undefined) this.failures.push(status.error);
      });
    } catch (error) {
      this.failures.push(error as RoomError);
    } finally {
      this.#isJoining = false;
    }
  }

  send(name: string, data: object = {}): void {
    const { room } = this;
    if (room === undefined) return;
    const sent: Sent = { room, text: `${this.name} ${this.sent.length + 1}` };
    this.sent.push(sent);
    room.send(name, { text: sent.text, ...data }).then(
      ({ position }) => (sent.outcome = position),
      (error: unknown) => (sent.outcome = error instanceof RoomError ? error.code : 'INTERNAL'),
    );
  }

  /** Commands that are not settled, of the room in which there are most. */
  get waiting(): number {
    const rooms = this.sent.flatMap(({ room, outcome }) => (outcome === undefined ? [room] : []));
    return Math.max(0, ...rooms.map((room) => rooms.filter((other) => other === room).length));
  }

  async #token(): Promise<string> {
    const { clock } = this.network.rooms;
    const end = clock.now() + this.tokenMs;
    if (this.badTokens === 0) return `${this.name}@${end}`;
    this.badTokens -= 1;
    const luck = this.environment.random();
    if (luck < 0.3) throw new Error('no token just now');
    if (luck < 0.6) return `${this.name}@${clock.now() - 1}`;
    await new Promise<void>((resolve) => void this.environment.after(luck * 20_000, resolve));
    return `${this.name}@${end}`;
  }
}
