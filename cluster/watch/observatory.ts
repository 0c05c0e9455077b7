import type { RedisServer } from '#redis-server';
import type { Guests } from '../guests/guests.js';
import type { Cluster } from '../processes/cluster.js';
import type { NodeProcess } from '../processes/node-process.js';
import type { ClusterView, GuestsView, NodeCondition, NodeView } from '../view.js';
import { activityOf, type Activity } from './activity.js';
import { Owners } from './owners.js';
import { Rate } from './rate.js';
import { Story } from './story.js';

export interface Watched {
  readonly cluster: Cluster;
  readonly redis: RedisServer;
  readonly guests: Guests;
  /** What nodes ask of whoever wants to know. */
  readonly token: string;
}

/** How often nodes are asked what they do, milliseconds. */
const LOOK_MS = 500;
/** A minute of looks. */
const SAMPLES = 120;
/** Acknowledged commands a second are those of so many looks. */
const ACK_SAMPLES = 4;

/** What is known of one node beside its process. */
interface Known {
  readonly commands: Rate;
  said: Activity | undefined;
  was: NodeCondition;
}

/** Looks at all there is, again and again, and puts together what is shown and what has happened. */
export class Observatory {
  readonly #known = new Map<string, Known>();
  readonly #owners = new Owners();
  readonly #story: Story;
  readonly #acks = new Rate(ACK_SAMPLES);
  readonly #listeners = new Set<(view: ClusterView) => void>();
  #redisWasUp = true;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly watched: Watched) {
    this.#story = new Story((room, epoch) => watched.guests.answers.firstOf(room, epoch));
    for (const { name } of watched.cluster.nodes)
      this.#known.set(name, { commands: new Rate(SAMPLES), said: undefined, was: 'off' });
  }

  begin(): void {
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** Is told the whole view again and again; what is returned stops it. */
  watch(listener: (view: ClusterView) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#view());
    return () => void this.#listeners.delete(listener);
  }

  /** A node is about to be, or is, in another state. */
  noted(node: NodeProcess): void {
    const { is } = node.state;
    if (is === 'starting' || is === 'listening') this.#owners.back(node.name);
    else if (is !== 'off') this.#owners.gone(node.name, Date.now());
    this.#tell();
  }

  async #look(): Promise<void> {
    await Promise.all(this.watched.cluster.nodes.map((node) => this.#ask(node)));
    this.#acks.look(this.watched.guests.answers.acked, Date.now());
    this.#tell();
  }

  async #ask(node: NodeProcess): Promise<void> {
    const known = this.#known.get(node.name);
    const { state } = node;
    if (known === undefined) return;
    const said = node.port === undefined ? undefined : await activityOf(node.port, this.watched.token);
    // What it said before it ended, or was started again, is not so any more.
    if (node.state !== state) return;
    const at = Date.now();
    known.said = said;
    known.commands.look(said?.commands, at);
    if (said !== undefined) for (const move of this.#owners.said(node.name, said, at)) this.#story.moved(move);
  }

  #tell(): void {
    const now = Date.now();
    for (const node of this.watched.cluster.nodes) this.#tellOf(node, now);
    const { isRunning } = this.watched.redis;
    if (isRunning !== this.#redisWasUp) this.#story.redis(isRunning, now);
    this.#redisWasUp = isRunning;
    const view = this.#view();
    for (const listener of this.#listeners) listener(view);
  }

  #tellOf(node: NodeProcess, now: number): void {
    const known = this.#known.get(node.name);
    const is = this.#conditionOf(node);
    if (known === undefined || known.was === is) return;
    known.was = is;
    const exit = 'exit' in node.state ? node.state.exit : undefined;
    this.#story.node(node.name, is, now, exit && (exit.signal ?? `exit code ${exit.code}`));
  }

  #conditionOf({ name, state }: NodeProcess): NodeCondition {
    if (state.is !== 'listening') return state.is;
    const known = this.#known.get(name);
    if (known?.said?.phase === 'ready') return 'ready';
    // It has just begun to listen, and has not been asked yet.
    return known?.said === undefined && known?.was === 'starting' ? 'starting' : 'unready';
  }

  #view(): ClusterView {
    const { cluster, redis, guests } = this.watched;
    const now = Date.now();
    return {
      now,
      chat: `${cluster.balancer.url}/`,
      nodes: cluster.nodes.map((node) => this.#nodeView(node)),
      redis: { port: redis.port, isUp: redis.isRunning },
      guests: this.#guestsView(guests, now),
      story: this.#story.list(),
    };
  }

  #nodeView(node: NodeProcess): NodeView {
    const { name, state } = node;
    const known = this.#known.get(name);
    const rooms = this.#owners.of(name);
    return {
      name,
      is: this.#conditionOf(node),
      ...('pid' in state && { pid: state.pid }),
      ...('port' in state && { port: state.port }),
      connections: known?.said?.connections ?? 0,
      commands: known?.commands.samples ?? [],
      rooms,
      active: Math.max(rooms.length, known?.said?.active ?? 0),
      ...(state.is === 'died' && { lastWords: state.lastWords }),
    };
  }

  #guestsView({ count, rooms, isTalking, answers }: Guests, now: number): GuestsView {
    const { samples } = this.#acks;
    return {
      count,
      rooms,
      isTalking,
      acksASecond: samples.reduce((sum, each) => sum + each, 0) / Math.max(1, samples.length),
      waiting: answers.waiting,
      slowestMs: answers.slowestMs(now),
      acked: answers.acked,
      failed: answers.failed,
    };
  }
}
