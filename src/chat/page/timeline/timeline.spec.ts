import { describe, expect, it } from '@jest/globals';
import type { HistoryEvent, View, ViewMessage } from '../room-types.js';
import {
  confirmed,
  discarded,
  edited,
  failed,
  paged,
  removed,
  restart,
  retried,
  said,
  sanctioned,
  shown,
  startTimeline,
  typed,
  type Item,
  type Timeline,
} from './timeline.js';

const ann = { id: 'u1', name: 'Ann' };
const bob = { id: 'u2', name: 'Bob' };
const message = (id: string, text = id, from = bob, at = 1000): ViewMessage => ({ id, from, text, at });
const view = (...messages: ViewMessage[]): View => ({ topic: 'general', messages });
const meta = (seq: number, by = bob) => ({ seq, at: seq * 1000, by: { ...by, role: 'member' as const } });
const event = (seq: number, data: ViewMessage): HistoryEvent => ({ name: 'message', data, ...meta(seq) });
const redacted = (seq: number, name: HistoryEvent['name'] = 'message'): HistoryEvent => ({
  name,
  data: null,
  redacted: true,
  ...meta(seq),
});
const start = (): Timeline => startTimeline(ann.id);
const type = (timeline: Timeline, key: string, text: string): Timeline =>
  typed(timeline, { key, from: ann, text, at: 5000 });
/** `text`, or `text (state)` when it is not simply there. */
const line = (item: Item): string => {
  if (item.is !== 'message') return `[${item.is}]`;
  return item.state === 'sent' ? item.text : `${item.text} (${item.state})`;
};
const lines = (timeline: Timeline): string[] => shown(timeline).map(line);

describe('events', () => {
  it('come one after the other, each once', () => {
    const once = said(start(), message('a'), meta(1));
    expect(lines(said(said(once, message('a'), meta(1)), message('b'), meta(2)))).toEqual(['a', 'b']);
  });

  it('change and take back what was said', () => {
    let timeline = said(said(start(), message('a'), meta(1)), message('b'), meta(2));
    timeline = edited(timeline, { id: 'a', text: 'better', at: 3000 }, meta(3));
    timeline = removed(timeline, 'b', meta(4));
    expect(lines(timeline)).toEqual(['better', ' (removed)']);
    expect(timeline.items[0]).toMatchObject({ editedAt: 3000 });
    expect(timeline.upTo).toBe(4);
  });

  it('leave alone what is not theirs: the same message object stays the same', () => {
    const before = said(said(start(), message('a'), meta(1)), message('b'), meta(2));
    const after = edited(before, { id: 'b', text: 'x', at: 3000 }, meta(3));
    expect(after.items[0]).toBe(before.items[0]);
  });

  it('of moderators are told once', () => {
    const muted = { user: 'u2', until: 9000 };
    const timeline = sanctioned(sanctioned(start(), 'muted', muted, meta(1)), 'muted', muted, meta(1));
    expect(timeline.items).toMatchObject([{ is: 'muted', user: 'u2', until: 9000, by: 'u2' }]);
  });
});

describe('what is typed here', () => {
  it('is shown at once, and is the same line when it is in the room', () => {
    let timeline = type(start(), 'k1', 'hi');
    expect(lines(timeline)).toEqual(['hi (pending)']);
    timeline = said(timeline, message('m1', 'hi', ann), meta(7));
    expect(shown(timeline)).toMatchObject([{ key: 'k1', id: 'm1', state: 'sent' }]);
    timeline = confirmed(timeline, 'k1', 7);
    expect(timeline.unsent).toEqual([]);
    expect(lines(timeline)).toEqual(['hi']);
  });

  it('is never shown twice, also when the room answers before it tells', () => {
    let timeline = confirmed(type(start(), 'k1', 'hi'), 'k1', 7);
    expect(lines(timeline)).toEqual(['hi (pending)']);
    timeline = said(timeline, message('m1', 'hi', ann), meta(7));
    expect(lines(timeline)).toEqual(['hi']);
    expect(timeline.unsent).toEqual([]);
  });

  it('stays in the order it was typed, below what others say meanwhile', () => {
    let timeline = type(type(start(), 'k1', 'one'), 'k2', 'two');
    timeline = said(timeline, message('b'), meta(1));
    timeline = said(timeline, message('m1', 'one', ann), meta(2));
    expect(lines(timeline)).toEqual(['b', 'one', 'two (pending)']);
  });

  it('is taken for another of the same text only until the room says which it is', () => {
    // The same person says the same in another window.
    let timeline = said(type(start(), 'k1', 'ok'), message('elsewhere', 'ok', ann), meta(1));
    expect(lines(timeline)).toEqual(['ok']);
    timeline = failed(timeline, 'k1', 'You are muted.', false);
    expect(lines(timeline)).toEqual(['ok', 'ok (failed)']);
  });

  it('failed, goes out again or is thrown away', () => {
    const timeline = failed(type(start(), 'k1', 'hi'), 'k1', 'You are muted.', false);
    expect(shown(timeline)).toMatchObject([{ state: 'failed', why: 'You are muted.' }]);
    expect(lines(retried(timeline, 'k1'))).toEqual(['hi (pending)']);
    expect(shown(retried(timeline, 'k1'))[0]).not.toHaveProperty('why');
    expect(lines(discarded(timeline, 'k1'))).toEqual([]);
  });

  it('and of unknown outcome is one with its message, if that turns up', () => {
    const unknown = failed(type(start(), 'k1', 'hi'), 'k1', 'lost', true);
    const hi = message('m1', 'hi', ann, 5500);
    expect(lines(said(unknown, hi, meta(1)))).toEqual(['hi']);
    expect(lines(restart(unknown, view(hi), 1, 0))).toEqual(['hi']);
    expect(lines(paged(unknown, [event(1, hi)], false))).toEqual(['hi']);
    // Said long before.
    const before = message('m0', 'hi', ann, 5000 - 3_600_000);
    expect(lines(paged(unknown, [event(1, before)], false))).toEqual(['hi', 'hi (failed)']);
  });
});

describe('a new start', () => {
  it('shows what the room shows, and what is on its way', () => {
    const before = type(said(start(), message('old'), meta(1)), 'k1', 'mine');
    const timeline = restart(before, view(message('a'), message('b')), 9, 0, true);
    expect(lines(timeline)).toEqual(['a', 'b', '[skip]', 'mine (pending)']);
    expect(timeline).toMatchObject({ upTo: 9, more: true });
  });

  it('holds what was answered for before it: that is in the view', () => {
    const before = type(start(), 'k1', 'mine');
    const timeline = confirmed(restart(before, view(message('m1', 'mine', ann)), 9, 0), 'k1', 8);
    expect(lines(timeline)).toEqual(['mine']);
  });

  it('keeps the lines of messages it already had', () => {
    const before = confirmed(said(type(start(), 'k1', 'hi'), message('m1', 'hi', ann), meta(1)), 'k1', 1);
    expect(restart(before, view(message('m1', 'hi', ann)), 2, 0).items).toMatchObject([{ key: 'k1', id: 'm1' }]);
  });
});

describe('older pages', () => {
  it('go above, in order, and what is known already is not shown twice', () => {
    let timeline = restart(start(), view(message('b'), message('c')), 30, 0);
    timeline = said(timeline, message('d'), meta(31));
    timeline = paged(timeline, [event(20, message('b')), event(30, message('c')), event(31, message('d'))], true);
    expect(lines(timeline)).toEqual(['b', 'c', 'd']);
    expect(timeline).toMatchObject({ oldest: 20, more: true });
    timeline = paged(timeline, [event(10, message('a'))], false);
    expect(lines(timeline)).toEqual(['a', 'b', 'c', 'd']);
    expect(timeline).toMatchObject({ oldest: 10, more: false });
  });

  it('do not push down what only the view has: that is older than them', () => {
    const timeline = paged(restart(start(), view(message('a'), message('b')), 9, 0), [event(8, message('b'))], false);
    expect(lines(timeline)).toEqual(['a', 'b']);
  });

  it('show messages as they were edited later, also when the edit came on a page before', () => {
    const edit: HistoryEvent = { name: 'edited', data: { id: 'a', text: 'better', at: 9 }, ...meta(5) };
    expect(lines(paged(start(), [event(1, message('a')), edit], false))).toEqual(['better']);
    expect(lines(paged(paged(start(), [edit], true), [event(1, message('a'))], false))).toEqual(['better']);
    const first: HistoryEvent = { name: 'edited', data: { id: 'a', text: 'first', at: 3 }, ...meta(2) };
    expect(lines(paged(paged(start(), [edit], true), [event(1, message('a')), first], false))).toEqual(['better']);
  });

  it('show where removed messages stood, without their text', () => {
    const gone: HistoryEvent = { name: 'removed', data: { id: 'x' }, ...meta(4) };
    const timeline = paged(start(), [event(1, message('a')), redacted(2), redacted(3, 'edited'), gone], false);
    expect(lines(timeline)).toEqual(['a', ' (removed)']);
    expect(timeline.items[1]).toMatchObject({ from: bob });
  });

  it('know a message that was removed while they were fetched', () => {
    const before = removed(restart(start(), view(message('x', 'x', bob, 2000)), 2, 0), 'x', meta(3));
    expect(lines(paged(before, [redacted(2)], false))).toEqual([' (removed)']);
  });

  it('leave a skip where it was', () => {
    const timeline = said(restart(start(), view(message('a')), 9, 0, true), message('b'), meta(12));
    const all = [event(8, message('a')), event(12, message('b'))];
    expect(lines(paged(timeline, all, false))).toEqual(['a', '[skip]', 'b']);
  });

  it('end when a page is empty', () => {
    expect(paged(start(), [], true).more).toBe(false);
  });
});
