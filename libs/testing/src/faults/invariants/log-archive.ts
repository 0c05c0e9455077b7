import type { Entry, RoomStore } from '@greenroom/rooms';
import { render } from '../../contracts/check.js';
import type { RoomLog } from './room-log.js';
import type { Violation } from './violation.js';

const PAGE = 1000;

/** What of an entry never changes: a redaction may blank what was in it, and that only. */
const lasting = ({ epoch, seq, last, index, at, id, seed, input, events }: Entry): string =>
  render([epoch, seq, last, index, at, id, seed, input.type, events.map(({ seq, name, to }) => [seq, name, to])]);

/**
 * Logs put together from looks at the store while nobody writes to it, so that what is trimmed between two looks is known
 * all the same. Looks that do not agree are noted.
 */
export class LogArchive {
  readonly violations: Violation[] = [];
  readonly #rooms = new Map<string, Map<number, Entry>>();

  /** Takes in what the store has of rooms of these kinds. */
  async look(store: Pick<RoomStore, 'list' | 'read'>, kinds: readonly string[]): Promise<void> {
    for (const kind of kinds) {
      for (let cursor: string | undefined; ;) {
        const ids = await store.list(kind, PAGE, cursor);
        for (const id of ids) await this.#lookAt(store, `${kind}/${id}`);
        cursor = ids.at(-1);
        if (ids.length < PAGE || cursor === undefined) break;
      }
    }
  }

  /** All that was seen of every room. */
  logs(historyFor: (address: string) => 'joined' | 'all'): RoomLog[] {
    return Array.from(this.#rooms, ([address, entries]) => ({
      address,
      historyFor: historyFor(address),
      entries: [...entries.values()].sort((a, b) => a.seq - b.seq),
    }));
  }

  async #lookAt(store: Pick<RoomStore, 'read'>, address: string): Promise<void> {
    const known = this.#rooms.get(address) ?? new Map<number, Entry>();
    this.#rooms.set(address, known);
    let head = 0;
    for (let page = await store.read(address, { limit: PAGE }); page.length > 0;) {
      for (const entry of page) {
        const before = known.get(entry.seq);
        if (before !== undefined && lasting(before) !== lasting(entry))
          this.#note(address, `the entry at ${entry.seq} is another than it was`);
        known.set(entry.seq, entry);
        head = entry.last;
      }
      page = await store.read(address, { after: head, limit: PAGE });
    }
    const highest = Math.max(0, ...known.keys());
    if (head > 0 && highest > head) this.#note(address, `the entry at ${highest} is gone: the log ends at ${head}`);
  }

  #note(room: string, message: string): void {
    this.violations.push({ invariant: 'one-log', room, message });
  }
}
