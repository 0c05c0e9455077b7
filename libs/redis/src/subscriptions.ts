import type { RedisConnection } from './connection.js';

export type ChannelListener = (message: Buffer) => void;

export interface Subscription {
  /**
   * Resolves once the server sends what is published, as far as it can be told; it may take as long as it is away. After the
   * connection was lost it is another promise.
   */
  readonly ready: Promise<void>;
  stop(): void;
}

interface Channel {
  readonly listeners: Set<ChannelListener>;
  ready: Promise<void>;
}

/**
 * Channels of a connection that does nothing but listen. After the connection was lost it listens to all of them again, and
 * those who want to know what they missed are told.
 */
export class Subscriptions {
  readonly #channels = new Map<string, Channel>();
  readonly #lost = new Set<() => void>();
  readonly #back = new Set<() => void>();
  #up: Promise<void> | undefined;
  #resolveUp = (): void => {};

  /** @param report called with what a listener threw, and with why a channel cannot be heard. */
  constructor(
    private readonly redis: RedisConnection,
    private readonly report: (error: unknown) => void,
  ) {
    redis.onMessage((channel, message) => this.#hear(channel, message));
    redis.onLost(() => this.#tell(this.#lost));
    redis.onReady(() => {
      for (const [name, channel] of this.#channels) channel.ready = this.#ask(name);
      this.#up = undefined;
      this.#resolveUp();
      this.#tell(this.#back);
    });
  }

  /** What is published is heard, as far as one knows. */
  get isUp(): boolean {
    return this.redis.isUp;
  }

  listen(name: string, listener: ChannelListener): Subscription {
    const channel = this.#channels.get(name) ?? { listeners: new Set(), ready: this.#ask(name) };
    this.#channels.set(name, channel);
    const { listeners } = channel;
    listeners.add(listener);
    return {
      get ready() {
        return channel.ready;
      },
      stop: () => this.#stop(name, listeners, listener),
    };
  }

  /** What a node does not start without. @throws why it cannot be heard now: it is waited for by nobody. */
  async open(name: string, listener: ChannelListener): Promise<Subscription> {
    await this.redis.subscribe(name);
    return this.listen(name, listener);
  }

  /** The connection is lost: what is published from now on may not be heard. */
  onLost(listener: () => void): void {
    this.#lost.add(listener);
  }

  /** The connection is there again, and all channels have been asked for. */
  onBack(listener: () => void): void {
    this.#back.add(listener);
  }

  close(): void {
    this.#channels.clear();
    this.redis.disconnect();
  }

  /** One that cannot be asked for now is when the connection is back. */
  async #ask(name: string): Promise<void> {
    try {
      await this.redis.subscribe(name);
    } catch (error) {
      this.report(error);
      await this.#untilUp();
      await this.#channels.get(name)?.ready;
    }
  }

  #untilUp(): Promise<void> {
    this.#up ??= new Promise((resolve) => (this.#resolveUp = resolve));
    return this.#up;
  }

  #stop(name: string, listeners: Set<ChannelListener>, listener: ChannelListener): void {
    if (!listeners.delete(listener) || listeners.size > 0) return;
    this.#channels.delete(name);
    this.redis.unsubscribe(name).catch(() => undefined);
  }

  #hear(name: string, message: Buffer): void {
    for (const listener of this.#channels.get(name)?.listeners ?? []) {
      try {
        listener(message);
      } catch (error) {
        this.report(error);
      }
    }
  }

  #tell(listeners: ReadonlySet<() => void>): void {
    for (const listener of listeners) listener();
  }
}
