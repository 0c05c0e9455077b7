import type { Observation } from '../observations/observation.js';
import { ackedOnce } from './acked-once.js';
import { commitFirst } from './commit-first.js';
import { Convergence } from './convergence.js';
import { heardIn, Hearsay } from './hearsay.js';
import { kindOf, type Invariant, type MakeInvariant } from './invariant.js';
import type { Model } from './model.js';
import { nobodyElse } from './nobody-else.js';
import { oneLog } from './one-log.js';
import { outIsOut } from './out-is-out.js';
import { refusedNever } from './refused-never.js';
import { IndexedLog, type RoomLog } from './room-log.js';
import { sameStream } from './same-stream.js';
import { senderOrder } from './sender-order.js';
import { INVARIANTS, type InvariantName, type Violation } from './violation.js';

export interface CheckOptions {
  /** The token in what an event carries. @default its `text`, where that is a string */
  readonly tokenOf?: (data: unknown) => string | undefined;
  /** By kind: events that go to some members alone. Asked for rooms without a log only. @default none */
  readonly directed?: Readonly<Record<string, readonly string[]>>;
  /**
   * Kinds in whose rooms a member may miss something, if the next frame says so by its `from`: those of durability `memory` on
   * several nodes, as what was lost between two nodes is kept nowhere. @default none
   */
  readonly mayMiss?: readonly string[];
  /** By kind: what its members can know of its state. @default none: states are not compared */
  readonly models?: Readonly<Record<string, Model>>;
  /** Violations of one invariant that are told; more are counted in the last one. @default 20 */
  readonly most?: number;
}

const RULES: Readonly<Record<InvariantName, MakeInvariant>> = {
  'acked-once': ackedOnce,
  'one-log': oneLog,
  'same-stream': sameStream,
  'nobody-else': nobodyElse,
  'sender-order': senderOrder,
  'commit-first': commitFirst,
  convergence: (evidence) => new Convergence(evidence),
  'refused-never': refusedNever,
  'out-is-out': outIsOut,
};

const textOf = (data: unknown): string | undefined => {
  const text = (data as { readonly text?: unknown } | null)?.text;
  return typeof text === 'string' ? text : undefined;
};

/** Violations, those of one invariant counted from some number on. */
class Findings {
  readonly #all = new Map<InvariantName, { readonly told: Violation[]; more: number }>();

  constructor(private readonly most: number) {}

  add(violation: Violation): void {
    const found = this.#all.get(violation.invariant) ?? { told: [], more: 0 };
    this.#all.set(violation.invariant, found);
    if (found.told.length < this.most) found.told.push(violation);
    else found.more += 1;
  }

  list(): Violation[] {
    return [...this.#all].flatMap(([invariant, { told, more }]) =>
      more === 0 ? told : [...told, { invariant, message: `and ${more} more` }],
    );
  }
}

/**
 * Holds what all clients of a run saw against each other and against the rooms' logs. Pure; looks at the observations
 * twice, one at a time, and keeps of them what it cannot judge at once.
 *
 * @param observations in the order they were made; iterated twice: an array, or `observationsOf` a file
 * @param logs of every durable room, as they are in the end. A room that is not among them is taken to have none.
 * @returns what does not hold, by invariant; empty when all is well
 */
export function checkInvariants(
  observations: Iterable<Observation>,
  logs: Iterable<RoomLog>,
  { tokenOf = textOf, directed = {}, mayMiss = [], models = {}, most = 20 }: CheckOptions = {},
): Violation[] {
  const findings = new Findings(most);
  const indexed = new Map(Array.from(logs, (log) => [log.address, new IndexedLog(log)]));
  const hearsay = new Hearsay((room, name) => directed[kindOf(room)]?.includes(name) === true);
  for (const observation of observations) {
    const heard = heardIn(observation);
    if (heard !== undefined && !indexed.has(heard.room))
      for (const event of heard.events) hearsay.hear(heard.room, heard.epoch, event);
  }
  let now: number | undefined;
  const rules: readonly Invariant[] = INVARIANTS.map((invariant) =>
    RULES[invariant]({
      logs: indexed,
      hearsay,
      models,
      mayMiss: (room) => mayMiss.includes(kindOf(room)),
      tokenOf,
      report: ({ room, client }, message) =>
        findings.add({
          invariant,
          message,
          ...(room !== undefined && { room }),
          ...(client !== undefined && { client }),
          ...(now !== undefined && { observation: now }),
        }),
    }),
  );
  let index = 0;
  for (const observation of observations) {
    now = index;
    for (const rule of rules) rule.observe?.(observation);
    index += 1;
  }
  now = undefined;
  for (const rule of rules) rule.finish?.();
  return findings.list();
}
