import type { Culprit } from '../room/tenure.js';

/** So many times in so long a room is lost in the turn of one command, and then not again. */
const DEATHS = 3;
const WITHIN_MS = 10 * 60_000;

/**
 * Commands that cost rooms their lives, by room, member and name: others may well send the same, and the same member
 * something else.
 */
export class Quarantine {
  /** When the room was lost by it, milliseconds since 1970. */
  readonly #deaths = new Map<string, Map<string, readonly number[]>>();

  /** Whether a command was blamed too often of late. */
  holds(address: string, culprit: Culprit, now: number): boolean {
    // Asked for every command.
    return this.#deaths.has(address) && this.#recent(address, keyOf(culprit), now).length >= DEATHS;
  }

  /** @returns whether that was once too often. */
  blame(address: string, culprit: Culprit, now: number): boolean {
    const key = keyOf(culprit);
    const deaths = [...this.#recent(address, key, now), now];
    this.#deaths.set(address, (this.#deaths.get(address) ?? new Map<string, readonly number[]>()).set(key, deaths));
    return deaths.length >= DEATHS;
  }

  /** The room was unloaded in good order: who goes on is blamed anew. */
  forget(address: string): void {
    this.#deaths.delete(address);
  }

  #recent(address: string, key: string, now: number): readonly number[] {
    return (this.#deaths.get(address)?.get(key) ?? []).filter((at) => at > now - WITHIN_MS);
  }
}

const keyOf = ({ member, command }: Culprit): string => JSON.stringify([member, command]);
