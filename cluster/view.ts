import type { NodeState } from './processes/node-process.js';

/** What the page shows, whole, each time anything may have changed. */
export interface ClusterView {
  /** Milliseconds since 1970, as all times here. */
  readonly now: number;
  /** Where the chat is: the balancer. */
  readonly chat: string;
  readonly nodes: readonly NodeView[];
  readonly redis: RedisView;
  readonly guests: GuestsView;
  /** Newest first. */
  readonly story: readonly Happening[];
}

/** `ready`: it says so. `unready`: it listens, and does not. */
export type NodeCondition = Exclude<NodeState['is'], 'listening'> | 'ready' | 'unready';

export interface NodeView {
  readonly name: string;
  readonly is: NodeCondition;
  readonly pid?: number;
  readonly port?: number;
  readonly connections: number;
  /** Commands a second that its rooms are asked for, oldest first, the last minute. */
  readonly commands: readonly number[];
  /** By address. Of a node that is gone: those it had, and nobody has taken since. */
  readonly rooms: readonly RoomView[];
  /** More than those. */
  readonly active: number;
  /** What one that ended by itself wrote last. */
  readonly lastWords?: string;
}

export interface RoomView {
  readonly address: string;
  readonly members: number;
  readonly epoch: number;
  readonly seq: number;
  /** When it came here from another node. */
  readonly cameAt?: number;
}

export interface RedisView {
  readonly port: number;
  readonly isUp: boolean;
}

/** Clients that come with the cluster and talk, so that there is something to see. */
export interface GuestsView {
  readonly count: number;
  readonly rooms: number;
  readonly isTalking: boolean;
  readonly acksASecond: number;
  /** Commands without an answer yet. */
  readonly waiting: number;
  /** The longest that one has waited for its answer, of the last ten seconds: milliseconds. */
  readonly slowestMs: number;
  /** Since the start. */
  readonly acked: number;
  /** Refused, or given up: there should be none. */
  readonly failed: number;
}

/** Something worth telling. */
export type Happening = { readonly id: number; readonly at: number } & (
  | { readonly type: 'node'; readonly node: string; readonly became: NodeCondition; readonly how?: string }
  | {
      readonly type: 'room';
      readonly room: string;
      readonly from: string;
      readonly to: string;
      /** How long after its owner was gone a command was acknowledged again, milliseconds; `undefined`: nobody has asked. */
      readonly ackedAfterMs?: number;
      /** How long after its owner was gone the new one was seen to have it, milliseconds; `undefined`: nothing was wrong. */
      readonly seenAfterMs?: number;
    }
  | { readonly type: 'redis'; readonly isUp: boolean }
);
