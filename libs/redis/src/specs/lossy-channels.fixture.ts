import type { Position } from '@greenroom/protocol';
import type { Clock } from '@greenroom/rooms';
import type { Dice } from '@greenroom/testing/faults';
import type { RedisConnection, Sender } from '../connection.js';
import { Heads } from '../feed/heads.js';
import type { Span } from '../feed/message.js';
import { Keys } from '../keys.js';

/** How long a message is under way. */
const WAY_MS = 2;

type Hear = (channel: string, message: Buffer) => void;

/** The channels and heads of a Redis in this process, on time that passes when the test says so. It loses messages, to each who listens its own. */
export class LossyChannels {
  readonly keys = new Keys('lossy');
  /** Of messages, so many of 1. */
  share = 0;
  lost = 0;
  readonly #heads = new Map<string, Position>();
  readonly #listeners = new Map<string, Set<Hear>>();

  constructor(
    private readonly clock: Clock,
    private readonly dice: Dice,
  ) {}

  /** What a node listens by. */
  connection(): RedisConnection {
    let hear: Hear = () => {};
    return {
      ...this.sender,
      isCluster: false,
      database: 0,
      isUp: true,
      primaries: async () => [],
      subscribe: async (channel) => {
        this.#listeners.set(channel, (this.#listeners.get(channel) ?? new Set()).add(hear));
      },
      unsubscribe: async (channel) => void this.#listeners.get(channel)?.delete(hear),
      onMessage: (listener) => (hear = listener),
      onLost: () => {},
      onReady: () => {},
      disconnect: () => {},
    };
  }

  /** Takes signals. */
  readonly sender: Sender = {
    send: async (_name, channel, message) => this.publish(String(channel), message as Buffer),
  };

  readonly heads: Heads = new SharedHeads(this, this.#heads);

  publish(channel: string, message: Buffer): void {
    for (const hear of this.#listeners.get(channel) ?? []) {
      if (this.dice.chance(this.share)) this.lost += 1;
      else this.clock.after(WAY_MS, () => hear(channel, message));
    }
  }
}

/** As the script of `Heads` does it. */
class SharedHeads extends Heads {
  constructor(
    private readonly channels: LossyChannels,
    private readonly all: Map<string, Position>,
  ) {
    super(channels.sender, channels.keys);
  }

  override async of(address: string): Promise<Position | undefined> {
    return this.all.get(address);
  }

  override ofAll(addresses: readonly string[]): readonly Promise<Position | undefined>[] {
    return addresses.map((address) => this.of(address));
  }

  override async raise(address: string, span: Omit<Span, 'after'>, message: Buffer | '' = ''): Promise<void> {
    const { epoch, seq } = this.all.get(address) ?? { epoch: 0, seq: 0 };
    if (span.epoch < epoch) return;
    if (span.epoch > epoch || span.to > seq) this.all.set(address, { epoch: span.epoch, seq: span.to });
    if (message !== '') this.channels.publish(this.channels.keys.feed(address), message);
  }
}
