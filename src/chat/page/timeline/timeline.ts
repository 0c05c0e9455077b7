import type { HistoryEvent, View, ViewMessage } from '../room-types.js';

/** How a message stands: on its way, in the room, refused, or taken back. */
export type MessageState = 'pending' | 'sent' | 'failed' | 'removed';

export interface Message {
  readonly is: 'message';
  /** Stays the same from the moment it was typed: what shows it need not be made anew. */
  readonly key: string;
  /** The room's; of one that the room has not told yet, the key. */
  readonly id: string;
  /** Unknown of those a view brought: they are older than all whose place is known. */
  readonly seq?: number;
  readonly from: { readonly id: string; readonly name: string };
  readonly text: string;
  readonly at: number;
  readonly state: MessageState;
  readonly editedAt?: number;
}

/** Something a moderator did. */
export interface Sanction {
  readonly is: 'muted' | 'kicked';
  readonly key: string;
  readonly seq: number;
  readonly at: number;
  readonly user: string;
  readonly until: number;
  readonly by: string;
  /** Whoever moderates may have come a moment ago, or be gone. */
  readonly byName?: string;
}

/** Here messages were missed. */
export interface Skip {
  readonly is: 'skip';
  readonly key: string;
  readonly seq: number;
  readonly at: number;
}

export type Item = Message | Sanction | Skip;

/** Typed here, and not seen in the room yet. */
export interface Unsent extends Message {
  /** Why it failed, in words. */
  readonly why?: string;
  /** It may be in the room all the same: if it turns up, it was. */
  readonly isUnknown?: boolean;
  /** Where the room says it stands. */
  readonly place?: number;
  /** The room's message that is most likely this one. */
  readonly claim?: string;
}

/** What is known of one room's messages. */
export interface Timeline {
  /** Whose screen this is. */
  readonly me: string;
  readonly items: readonly Item[];
  readonly unsent: readonly Unsent[];
  /** All up to here has been seen. */
  readonly upTo: number;
  /** The oldest event fetched; `undefined` when none was. */
  readonly oldest: number | undefined;
  /** Whether there is anything older to fetch. */
  readonly more: boolean;
  /** The last text of messages which are not loaded themselves. */
  readonly edits: ReadonlyMap<string, Edit>;
}

interface Edit {
  readonly text: string;
  readonly at: number;
}

/** What `EventMeta` tells, as far as it matters here. */
interface Meta {
  readonly seq: number;
  readonly at: number;
  readonly by?: { readonly id: string; readonly name?: string };
}

export const startTimeline = (me: string): Timeline => ({
  me,
  items: [],
  unsent: [],
  upTo: 0,
  oldest: undefined,
  more: true,
  edits: new Map(),
});

/** What is to be shown, in order: an unsent one that has turned up is shown once. */
export const shown = ({ items, unsent }: Timeline): readonly Item[] =>
  unsent.length === 0 ? items : [...items, ...unsent.filter(({ claim }) => claim === undefined)];

const ofView = ({ editedAt, ...message }: ViewMessage, key: string): Message => ({
  is: 'message',
  key,
  state: 'sent',
  ...message,
  ...(editedAt !== undefined && { editedAt }),
});

/** All up to `seq` has been seen: what stands before it and is not there any more will not come. */
const seen = (timeline: Timeline, seq: number): Timeline => {
  const upTo = Math.max(timeline.upTo, seq);
  const unsent = timeline.unsent.filter(({ place }) => place === undefined || place > upTo);
  return { ...timeline, upTo, unsent: unsent.length === timeline.unsent.length ? timeline.unsent : unsent };
};

/** Begins anew with what the room shows. `isSkip`: something was missed. */
export const restart = (timeline: Timeline, view: View, seq: number, now: number, isSkip = false): Timeline => {
  const known = new Map(timeline.items.map((item) => [item.is === 'message' ? item.id : '', item.key]));
  const items: Item[] = view.messages.map((message) => ofView(message, known.get(message.id) ?? message.id));
  const unsent = turnedUp(timeline, items);
  if (isSkip) items.push({ is: 'skip', key: `skip-${seq}`, seq, at: view.messages.at(-1)?.at ?? now });
  return seen({ ...timeline, items, unsent, oldest: undefined, more: true, edits: new Map() }, seq);
};

/** The unsent message that has just turned up, if it is one. Its text decides until the room has said where it stands. */
const own = ({ me, unsent }: Timeline, { from, text }: ViewMessage, seq: number): Unsent | undefined => {
  if (from.id !== me) return undefined;
  return (
    unsent.find(({ place }) => place === seq) ??
    unsent.find((each) => {
      const isFree = each.place === undefined && each.claim === undefined;
      return isFree && each.text === text && (each.state === 'pending' || each.isUnknown === true);
    })
  );
};

/** Somebody said something. */
export const said = (timeline: Timeline, message: ViewMessage, { seq }: Meta): Timeline => {
  if (timeline.items.some((item) => item.is === 'message' && item.id === message.id)) return seen(timeline, seq);
  const mine = own(timeline, message, seq);
  const items = [...timeline.items, { ...ofView(message, mine?.key ?? message.id), seq }];
  return seen({ ...timeline, items, unsent: claimed(timeline.unsent, mine, message.id) }, seq);
};

const claimed = (unsent: readonly Unsent[], mine: Unsent | undefined, claim: string): readonly Unsent[] => {
  if (mine === undefined) return unsent;
  // Nobody will say more of one whose outcome is unknown.
  if (mine.isUnknown === true) return unsent.filter((each) => each !== mine);
  return unsent.map((each) => (each === mine ? { ...each, claim } : each));
};

const change = (items: readonly Item[], id: string, to: (message: Message) => Message): readonly Item[] =>
  items.map((item) => (item.is === 'message' && item.id === id ? to(item) : item));

export const edited = (timeline: Timeline, { id, text, at }: Edit & { id: string }, { seq }: Meta): Timeline => {
  const items = change(timeline.items, id, (message) => ({ ...message, text, editedAt: at }));
  return seen({ ...timeline, items, edits: new Map(timeline.edits).set(id, { text, at }) }, seq);
};

export const removed = (timeline: Timeline, id: string, { seq }: Meta): Timeline =>
  seen({ ...timeline, items: change(timeline.items, id, blank) }, seq);

const blank = ({ editedAt: _, ...message }: Message): Message => ({ ...message, text: '', state: 'removed' });

const sanctionOf = (is: Sanction['is'], { user, until }: { user: string; until: number }, meta: Meta): Sanction => ({
  is,
  key: `${is}-${meta.seq}`,
  seq: meta.seq,
  at: meta.at,
  user,
  until,
  by: meta.by?.id ?? '',
  ...(meta.by?.name !== undefined && { byName: meta.by.name }),
});

export const sanctioned = (
  timeline: Timeline,
  is: Sanction['is'],
  data: { user: string; until: number },
  meta: Meta,
): Timeline => {
  if (timeline.items.some((item) => item.seq === meta.seq)) return timeline;
  return seen({ ...timeline, items: [...timeline.items, sanctionOf(is, data, meta)] }, meta.seq);
};

/** Adds a page of older events: by their place in the room's order, each once. */
export const paged = (timeline: Timeline, events: readonly HistoryEvent[], more: boolean): Timeline => {
  const edits = new Map(timeline.edits);
  for (const event of events)
    if (event.name === 'edited' && event.data !== null && !((edits.get(event.data.id)?.at ?? 0) > event.data.at))
      edits.set(event.data.id, { text: event.data.text, at: event.data.at });
  const page = events.flatMap((event) => itemOf(event, timeline.items, edits));
  const inPage = new Set(page.map(({ key }) => key));
  const rest = timeline.items.filter(({ key }) => !inPage.has(key));
  const isPlaced = (item: Item): boolean => item.seq !== undefined;
  const placed = [...page, ...rest.filter(isPlaced)].toSorted((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  return {
    ...timeline,
    items: [...rest.filter((item) => !isPlaced(item)), ...placed],
    unsent: turnedUp(timeline, page),
    oldest: events[0]?.seq ?? timeline.oldest,
    more: more && events.length > 0,
    edits,
  };
};

/** Those that nobody knew the outcome of and that are in the room. */
const turnedUp = ({ me, unsent }: Timeline, page: readonly Item[]): readonly Unsent[] => {
  const isThere = ({ text, at }: Unsent): boolean =>
    page.some((item) => item.is === 'message' && item.from.id === me && item.text === text && item.at > at - CLOCKS_MS);
  return unsent.filter((each) => each.isUnknown !== true || !isThere(each));
};

/** How far the server's clock may be from ours. */
const CLOCKS_MS = 60_000;

const itemOf = (event: HistoryEvent, known: readonly Item[], edits: ReadonlyMap<string, Edit>): Item[] => {
  const { seq, at, by } = event;
  const bySeq = known.find((item) => item.seq === seq);
  if (bySeq !== undefined) return [bySeq];
  switch (event.name) {
    case 'message': {
      if (event.data === null) {
        const gone = known.find((item) => item.is === 'message' && item.at === at && item.from.id === by?.id);
        const from = { id: by?.id ?? '', name: by?.name ?? 'Somebody' };
        const key = `seq-${seq}`;
        return [{ ...(gone ?? { is: 'message', key, id: key, from, text: '', at, state: 'removed' }), seq }];
      }
      const { id } = event.data;
      const item = known.find((each) => each.is === 'message' && each.id === id);
      if (item !== undefined) return [{ ...item, seq }];
      const edit = edits.get(id);
      return [{ ...ofView(event.data, id), seq, ...(edit && { text: edit.text, editedAt: edit.at }) }];
    }
    case 'muted':
    case 'kicked':
      return event.data === null ? [] : [sanctionOf(event.name, event.data, event)];
    case 'edited':
    case 'removed':
      return [];
  }
};

/** Somebody here has typed a message: it is shown at once. */
export const typed = (timeline: Timeline, message: Pick<Message, 'key' | 'from' | 'text' | 'at'>): Timeline => ({
  ...timeline,
  unsent: [...timeline.unsent, { is: 'message', id: message.key, state: 'pending', ...message }],
});

/** The room has taken it, at this place in its order. */
export const confirmed = (timeline: Timeline, key: string, place: number): Timeline =>
  seen({ ...timeline, unsent: timeline.unsent.map((each) => (each.key === key ? { ...each, place } : each)) }, 0);

/** It was refused or given up: shown again, if another was taken for it. */
export const failed = (timeline: Timeline, key: string, why: string, isUnknown: boolean): Timeline => ({
  ...timeline,
  unsent: timeline.unsent.map((each) => {
    if (each.key !== key) return each;
    const { claim: _, ...message } = each;
    return { ...message, state: 'failed', why, isUnknown };
  }),
});

/** It is on its way again. */
export const retried = (timeline: Timeline, key: string): Timeline => ({
  ...timeline,
  unsent: timeline.unsent.map((each) => {
    if (each.key !== key) return each;
    const { why: _, isUnknown: __, ...message } = each;
    return { ...message, state: 'pending' };
  }),
});

export const discarded = (timeline: Timeline, key: string): Timeline => ({
  ...timeline,
  unsent: timeline.unsent.filter((each) => each.key !== key),
});
