import { expect } from '@jest/globals';
import type { Position } from '@greenroom/protocol';
import type { Room } from '../room/room.js';
import { EVENTS } from './hall.fixture.js';
import type { RecordingStore } from './log.fixture.js';

/** How an application hears a room: at once, some time after it has joined, or in a `for await` loop. */
export type Hearing = 'at once' | 'late' | 'in a loop';

interface Stretch {
  readonly base: number;
  readonly seen: { readonly seq: number; readonly name: string; readonly text: string | undefined }[];
}

/** What an application saw of a room from when it joined: stretches of events, with a reset between each two. */
export class Witness {
  readonly stretches: Stretch[];
  resets = 0;
  #isHearing = false;

  constructor(
    readonly room: Room,
    private readonly member: string,
    private readonly hearing: Hearing,
  ) {
    this.stretches = [{ base: room.position.seq, seen: [] }];
    if (hearing === 'in a loop') return;
    room.on('room.reset', ({ position }: { position: Position }) => this.#reset(position));
    if (hearing === 'at once') this.hear();
  }

  hear(): void {
    if (this.#isHearing) return;
    this.#isHearing = true;
    if (this.hearing === 'in a loop') void this.#loop();
    else
      for (const name of EVENTS)
        this.room.on(name, (data: { text: string } | null, { seq }: { seq: number }) => {
          expect(this.room.position.seq).toBe(seq);
          this.#see(seq, name, data);
        });
  }

  /** Compares with what the log holds for this member. `isThere`: nothing is under way to it. */
  check(log: RecordingStore, isThere: boolean): void {
    for (const [index, { base, seen }] of this.stretches.entries()) {
      const isLast = index === this.stretches.length - 1;
      const lastSeen = seen.at(-1)?.seq ?? base;
      const to = isLast && isThere && this.#isHearing ? this.room.position.seq : lastSeen;
      const isSeen = new Set(seen.map(({ seq }) => seq));
      const expected = log
        .visibleTo(this.member, base, to)
        // What was blanked before it was told is not told.
        .filter(({ seq }) => isSeen.has(seq) || !log.redacted.has(seq))
        .map(({ seq, name }) => ({ seq, name }));
      expect(seen.map(({ seq, name }) => ({ seq, name }))).toEqual(expected);
      // Nor is that there was one.
      expect(seen.filter(({ text }) => text === undefined)).toEqual([]);
      const next = this.stretches[index + 1];
      if (next !== undefined) expect(next.base).toBeGreaterThanOrEqual(lastSeen);
    }
  }

  async #loop(): Promise<void> {
    this.#begin(this.room.position.seq);
    try {
      for await (const event of this.room) {
        if ('seq' in event) this.#see(event.seq, event.name, event.data as { text: string } | null);
        else this.#reset(event.data.position);
      }
    } catch {
      // The room has ended it: what was seen before counts.
    }
  }

  #reset({ seq }: Position): void {
    this.resets += 1;
    this.#begin(seq);
  }

  #begin(base: number): void {
    this.stretches.push({ base, seen: [] });
  }

  #see(seq: number, name: string, data: { readonly text: string } | null): void {
    this.stretches.at(-1)?.seen.push({ seq, name, text: data?.text });
  }
}
