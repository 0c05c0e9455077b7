import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Identity } from '../session/identity.js';
import type { OpenRoom, RoomState } from '../session/open-room.js';
import { rowsOf, type Row } from '../timeline/rows.js';
import { shown, type Message, type Sanction } from '../timeline/timeline.js';
import { dayOf } from '../words.js';
import type { Question } from './ask.js';
import { MessageRow } from './message-row.js';
import { NoteRow } from './note-row.js';

interface MessageLogProps {
  readonly room: OpenRoom;
  readonly state: RoomState;
  readonly me: Identity;
  readonly ask: (question: Question) => void;
  /** The id of the message that is being edited. */
  readonly editing: string | undefined;
  readonly setEditing: (id: string | undefined) => void;
}

/** So near the end counts as there. */
const END_PX = 48;
/** Older messages are fetched before one is at the top. */
const TOP_PX = 400;

/** What is said in a room. Stays at the end for whoever is there, and where they are for whoever reads older messages. */
export const MessageLog = ({ room, state, me, ask, editing, setEditing }: MessageLogProps) => {
  const { timeline, isLoading, presence } = state;
  const items = shown(timeline);
  const rows = useMemo(() => rowsOf(items), [timeline.items, timeline.unsent]);
  const { log, lines, isAtEnd, toEnd, onScroll } = useScroll(rows, me.id, () => void room.loadOlder());
  const known = useRef<ReadonlyMap<string, string>>(new Map());
  const names = useMemo(() => {
    known.current = new Map([...known.current, ...namesIn(state)]);
    return known.current;
  }, [state.members, timeline.items]);
  const isEmpty = rows.length === 0 && presence.is === 'joined' && !isLoading;
  return (
    <div class="log-frame">
      <div
        class="log"
        role="log"
        aria-label="Messages"
        aria-live="polite"
        aria-busy={isLoading}
        tabIndex={0}
        ref={log}
        onScroll={onScroll}
      >
        <div class="lines" ref={lines}>
          <div class="log-top">
            {isLoading && timeline.oldest !== undefined && <p class="hint">Fetching older messages…</p>}
            {!timeline.more && rows.length > 0 && <p class="hint">This is where {room.id} begins.</p>}
          </div>
          {rows.length === 0 && presence.is === 'joining' && (
            <div class="empty">
              <p>Joining…</p>
            </div>
          )}
          {isEmpty && (
            <div class="empty">
              <p class="empty-title">Nobody has said anything yet</p>
              <p>Be the first: whoever comes later can read it.</p>
            </div>
          )}
          {rows.map((row) => {
            switch (row.is) {
              case 'day':
                return (
                  <p key={row.key} class="day">
                    <span>{dayOf(row.at, Date.now())}</span>
                  </p>
                );
              case 'note':
                return <NoteRow key={row.key} note={row.note} names={names} />;
              case 'message':
                return (
                  <MessageRow
                    key={row.key}
                    message={row.message}
                    starts={row.starts}
                    isMine={row.message.from.id === me.id}
                    isModerator={me.isModerator}
                    isEditing={editing !== undefined && editing === row.message.id}
                    isWaiting={row.message.state === 'pending' && presence.is !== 'joined'}
                    room={room}
                    ask={ask}
                    setEditing={setEditing}
                  />
                );
            }
          })}
        </div>
      </div>
      {!isAtEnd && (
        <button class="to-end" onClick={toEnd}>
          New messages
        </button>
      )}
    </div>
  );
};

/** Everybody who can be seen here: an event names ids alone. */
const namesIn = ({ members, timeline: { items } }: RoomState): [string, string][] => [
  ...items
    .filter((item): item is Message => item.is === 'message')
    .map(({ from }): [string, string] => [from.id, from.name]),
  ...items
    .filter((item): item is Sanction => item.is === 'muted' || item.is === 'kicked')
    .flatMap(({ by, byName }): [string, string][] => (byName === undefined ? [] : [[by, byName]])),
  ...members.map(({ id, name }): [string, string] => [id, name]),
];

const isNearEnd = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement): boolean =>
  scrollHeight - scrollTop - clientHeight < END_PX;

/** `isAtEnd` is false only when there is something new that was not seen. */
const useScroll = (rows: readonly Row[], me: string, atTop: () => void) => {
  const log = useRef<HTMLDivElement>(null);
  const lines = useRef<HTMLDivElement>(null);
  const stick = useRef(true);
  /** Where it stood when the end was last in view. */
  const endTop = useRef(0);
  const anchor = useRef<{ key: string; top: number } | undefined>(undefined);
  const last = useRef<string | undefined>(undefined);
  const [isAtEnd, setAtEnd] = useState(true);

  const toEnd = (): void => {
    const { current } = log;
    if (current !== null) {
      current.scrollTop = current.scrollHeight;
      endTop.current = current.scrollTop;
    }
    stick.current = true;
    setAtEnd(true);
  };

  /**
   * By where it stands: the event that tells that somebody has scrolled comes with the next frame, and what has grown or
   * shrunk meanwhile nobody scrolled.
   */
  const isStuck = (current: HTMLElement): boolean =>
    isNearEnd(current) || (stick.current && current.scrollTop > endTop.current - END_PX);

  const lookUp = (): void => {
    const { current } = log;
    if (current !== null && current.scrollTop < TOP_PX) atTop();
  };

  const onScroll = (): void => {
    const { current } = log;
    if (current === null) return;
    if (isNearEnd(current)) endTop.current = current.scrollTop;
    stick.current = isStuck(current);
    if (stick.current) setAtEnd(true);
    lookUp();
  };

  useLayoutEffect(() => {
    const { current } = log;
    if (current === null) return;
    const before = anchor.current;
    const topOf = (key: string): number | undefined =>
      current.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.offsetTop;
    const newest = rows.at(-1);
    const isMine = newest?.is === 'message' && newest.message.from.id === me && newest.message.state === 'pending';
    if (isStuck(current) || (isMine && newest.key !== last.current)) toEnd();
    else {
      // Older ones were put above: what is being read stays where it is.
      const top = before && topOf(before.key);
      if (before !== undefined && top !== undefined) current.scrollTop += top - before.top;
      if (newest?.key !== last.current) setAtEnd(false);
    }
    last.current = newest?.key;
    // The second: the first one's byline goes when what is put above it is by the same person.
    const [oldest, next = oldest] = rows.filter(({ is }) => is === 'message');
    const top = next && topOf(next.key);
    anchor.current = next === undefined || top === undefined ? undefined : { key: next.key, top };
    if (current.scrollHeight <= current.clientHeight) atTop();
  }, [rows]);

  // A window, a keyboard, a message that changes its size hides nothing that was in view.
  useLayoutEffect(() => {
    const { current } = log;
    if (current === null || lines.current === null) return undefined;
    const observer = new ResizeObserver(() => {
      if (isStuck(current)) toEnd();
    });
    observer.observe(current);
    observer.observe(lines.current);
    return () => observer.disconnect();
  }, []);

  return { log, lines, isAtEnd, toEnd, onScroll };
};
