import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RoomStore } from '@greenroom/rooms';
import {
  checkInvariants,
  LogArchive,
  ObservationWriter,
  observationsOf,
  type Observation,
  type RoomLog,
  type Violation,
} from '@greenroom/testing/faults';
import { pause } from '../kit/within.js';
import { chatModel } from './chat-model.js';
import type { Crowd } from './crowd.js';
import { GRACE_MS } from './server-options.js';
import { settled } from './settled.js';

const DURABLE = ['chat', 'alarm'];

/** What came of a run, whatever it struck. */
export interface Findings {
  readonly acks: number;
  readonly events: number;
  readonly observations: number;
  readonly violations: readonly Violation[];
  /** Whatever else is wrong, in sentences. */
  readonly faults: readonly string[];
}

/** What everybody saw in one run, and what is found when that is held against itself and against the logs. */
export class Evidence {
  /** Whatever else is wrong, in sentences. */
  readonly faults: string[] = [];
  readonly #writer: ObservationWriter;
  readonly #archive = new LogArchive();
  #acks = 0;
  #events = 0;
  #isOver = false;

  constructor(private readonly dir: string) {
    this.#writer = new ObservationWriter(join(dir, 'observations.jsonl'));
  }

  get acks(): number {
    return this.#acks;
  }

  observe(observation: Observation): void {
    if (this.#isOver) return;
    if (observation.type === 'acked') this.#acks += 1;
    if (observation.type === 'events') this.#events += observation.events.length;
    this.#writer.write(observation);
  }

  /** Reads the rooms' logs while nobody writes to them. */
  async look(store: RoomStore): Promise<void> {
    await this.#archive.look(store, DURABLE);
    await store.close();
  }

  /**
   * Everything has been put right: gives everybody time to see that it is.
   * @param tellingMs after which a room has heard of who has gone.
   * @returns whether they have; the crowd is gone then.
   */
  async rest(crowd: Crowd, tellingMs = 0): Promise<boolean> {
    crowd.settle();
    if (!(await this.#areSettled(crowd))) return false;
    this.faults.push(...(await crowd.library.finish()));
    // Whoever was lost on the way is gone for good by then, and all have heard of it.
    await pause(tellingMs + GRACE_MS + 1500);
    this.observe({ type: 'quiet' });
    for (const participant of crowd.participants) participant.audit();
    await this.#areSettled(crowd);
    this.#isOver = true;
    crowd.end();
    return true;
  }

  /** Nothing more is seen. */
  close(): void {
    this.#writer.close();
  }

  logs(): RoomLog[] {
    return this.#archive.logs(() => 'all');
  }

  /** @param mayMiss kinds of which a gap that a member is told of is no fault. */
  findings(logs: readonly RoomLog[], crowd: Crowd | undefined, mayMiss: readonly string[] = []): Findings {
    const violations = checkInvariants(observationsOf(this.#writer.path), logs, {
      directed: { echo: ['whispered'] },
      mayMiss,
      models: { chat: chatModel },
    });
    this.faults.push(...(crowd?.library.check(logs) ?? []));
    // Beside what was seen, for whoever looks into what was found.
    writeFileSync(join(this.dir, 'logs.json'), JSON.stringify(logs));
    return {
      acks: this.#acks,
      events: this.#events,
      observations: this.#writer.count,
      violations: [...this.#archive.violations, ...violations],
      faults: this.faults,
    };
  }

  async #areSettled({ participants }: Crowd): Promise<boolean> {
    const restless = await settled(participants);
    if (restless !== undefined) this.faults.push(restless);
    return restless === undefined;
  }
}
