import type { Item, Message, Sanction, Skip, Unsent } from './timeline.js';

/** A line of the log as it is shown. */
export type Row =
  | { readonly is: 'day'; readonly key: string; readonly at: number }
  /** `starts`: the first of several by the same person in a row. */
  | { readonly is: 'message'; readonly key: string; readonly message: Message | Unsent; readonly starts: boolean }
  | { readonly is: 'note'; readonly key: string; readonly note: Sanction | Skip };

/** What the same person says within so much time stands together. */
const TOGETHER_MS = 5 * 60_000;

const dayOf = (at: number): string => new Date(at).toDateString();

const isTogether = (before: Item | undefined, { from, at }: Message): boolean =>
  before?.is === 'message' &&
  before.from.id === from.id &&
  at - before.at < TOGETHER_MS &&
  dayOf(before.at) === dayOf(at);

/** Puts the days between, and what one person said in a row together. */
export const rowsOf = (items: readonly Item[]): Row[] =>
  items.flatMap((item, index): Row[] => {
    const before = items[index - 1];
    const row: Row =
      item.is === 'message'
        ? { is: 'message', key: item.key, message: item, starts: !isTogether(before, item) }
        : { is: 'note', key: item.key, note: item };
    if (before !== undefined && dayOf(before.at) === dayOf(item.at)) return [row];
    return [{ is: 'day', key: `day-${dayOf(item.at)}-${item.key}`, at: item.at }, row];
  });
