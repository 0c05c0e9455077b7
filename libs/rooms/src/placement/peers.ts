import type { Clock, Timer } from '../clock.js';
import type { Directory } from './directory.js';

/** Who has gone is given so long to show that they have not: whoever was only cut off comes back by themselves. Milliseconds. */
const GONE_MS = 2000;
const LONGEST_GONE_MS = 5 * GONE_MS;

export interface PeerEvents {
  /** This node has been taken for gone: its rooms may be another's by now. */
  back(): Promise<void>;
  /** Rooms may have other owners, and owners may have taken this node for gone. */
  moved(): void;
  /** Who has gone has gone. */
  gone(nodes: readonly string[]): void;
}

/** Which nodes there are, as far as this one knows, and what follows when one comes or goes. */
export class Peers {
  #nodes: readonly string[] = [];
  /** Those that were there when all that had gone was settled last. */
  #settled: readonly string[] = [];
  #hasJoined = false;
  #isAway = false;
  #stop = (): void => {};
  #timer: Timer | undefined;
  #firstGoneAt: number | undefined;
  #isStopped = false;
  #terms = 0;

  constructor(
    private readonly node: string,
    private readonly directory: Directory,
    private readonly clock: Clock,
    private readonly events: PeerEvents,
  ) {}

  start(): void {
    this.#stop = this.directory.watch((nodes) => void this.#see(nodes));
  }

  stop(): void {
    this.#isStopped = true;
    this.#stop();
    if (this.#timer !== undefined) this.clock.cancel(this.#timer);
  }

  /** How often this node was taken for gone: what it knew of its rooms before is to be asked again. */
  get terms(): number {
    return this.#terms;
  }

  has(node: string): boolean {
    return node === this.node || this.#nodes.includes(node) || this.#settled.includes(node);
  }

  async #see(nodes: readonly string[]): Promise<void> {
    if (!nodes.includes(this.node)) {
      // What it knew of the others is the best it has.
      this.#isAway = this.#hasJoined;
      return;
    }
    const wasAway = this.#isAway;
    if (wasAway) this.#terms += 1;
    const isAnyoneGone = this.#nodes.some((node) => !nodes.includes(node));
    this.#nodes = nodes;
    this.#hasJoined = true;
    this.#isAway = false;
    if (!wasAway && !isAnyoneGone) return;
    if (wasAway) await this.events.back();
    if (this.#isStopped) return;
    this.events.moved();
    this.#settleLater();
  }

  /** Whoever goes while others have just gone is given their time too, as long as that does not go on for ever. */
  #settleLater(): void {
    const now = this.clock.now();
    this.#firstGoneAt ??= now;
    if (this.#timer !== undefined && now - this.#firstGoneAt > LONGEST_GONE_MS) return;
    if (this.#timer !== undefined) this.clock.cancel(this.#timer);
    this.#timer = this.clock.after(GONE_MS, () => this.#settle());
  }

  #settle(): void {
    this.#timer = this.#firstGoneAt = undefined;
    if (this.#isAway) return;
    this.#settled = this.#nodes;
    this.events.gone(this.#nodes);
    // One that was slow to see that this node is back may have dropped its sessions meanwhile.
    this.events.moved();
  }
}
