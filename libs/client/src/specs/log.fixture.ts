import { MemoryRoomStore, type Entry, type LoggedEvent } from '@greenroom/rooms';

/** A store that never forgets what was committed, whatever a room keeps of it. */
export class RecordingStore extends MemoryRoomStore {
  readonly entries: Entry[] = [];
  readonly redacted = new Set<number>();
  /** Makes the next write fail, written all the same or not. */
  failure: 'written' | 'refused' | undefined;

  override async append(...args: Parameters<MemoryRoomStore['append']>): Promise<number> {
    const { failure } = this;
    this.failure = undefined;
    if (failure === 'refused') throw new Error('connection lost');
    const bytes = await super.append(...args);
    const [, , { entries, redact = [] }] = args;
    this.entries.push(...entries);
    for (const seq of redact) this.redacted.add(seq);
    if (failure === 'written') throw new Error('connection lost');
    return bytes;
  }

  /** What a member could see, of those after `base` up to `to`. */
  visibleTo(member: string, base: number, to: number): LoggedEvent[] {
    return this.entries
      .flatMap(({ events }) => events)
      .filter(
        (event) =>
          event.seq > base &&
          event.seq <= to &&
          (event.to?.includes(member) ?? true) &&
          event.except?.includes(member) !== true,
      );
  }

  /** Where the commands with that text stand. */
  placesOf(text: string): number[] {
    return this.entries.flatMap(({ input, last }) =>
      input.type === 'command' && (input.data as { readonly text?: string }).text === text ? [last] : [],
    );
  }
}
