import { useRef, useState } from 'preact/hooks';
import { useStore } from '../../../pages/store.js';
import type { ChatSession } from '../session/chat-session.js';
import type { OpenRoom, RoomState } from '../session/open-room.js';
import { typingOf, untilOf } from '../words.js';
import { Ask, type Question } from './ask.js';
import { Composer } from './composer.js';
import { MessageLog } from './message-log.js';
import { People } from './people.js';
import { PeopleIcon } from './icons.js';

/** One room: what is said, who is here, and where to say something. */
export const RoomView = ({ room, session }: { room: OpenRoom; session: ChatSession }) => {
  const state = useStore(room.store);
  const [question, setQuestion] = useState<Question>();
  const [arePeopleOpen, setPeopleOpen] = useState(false);
  const toggle = useRef<HTMLButtonElement>(null);
  const [editing, setEditing] = useState<string>();
  const isOut = state.presence.is === 'out';
  return (
    <>
      <main class="room" data-people-open={arePeopleOpen}>
        <header class="room-header">
          <a class="back" href="#" aria-label="All rooms">
            <span aria-hidden="true">‹</span>
          </a>
          <h1 title={room.id}>{room.id}</h1>
          <p class="room-presence">{presenceOf(state)}</p>
          <button
            class="quiet people-toggle"
            ref={toggle}
            aria-expanded={arePeopleOpen}
            aria-controls="people"
            onClick={() => setPeopleOpen(!arePeopleOpen)}
          >
            <PeopleIcon />
            <span class="unseen">Who is here</span> {state.count}
          </button>
          <button
            class="quiet"
            onClick={() => {
              session.leave(room.id);
              location.hash = '';
            }}
          >
            Leave
          </button>
        </header>
        <MessageLog
          room={room}
          state={state}
          me={session.me}
          ask={setQuestion}
          editing={editing}
          setEditing={setEditing}
        />
        <div class="below">
          <p class="typing" role="status">
            {typingOf(typistsOf(state))}
          </p>
          {state.notice !== undefined && (
            <p class="notice" role="alert">
              <span>{state.notice}</span>
              <button class="quiet" onClick={() => room.dismiss()}>
                Dismiss
              </button>
            </p>
          )}
          {isOut ? (
            <Out state={state} again={() => session.reopen(room)} />
          ) : (
            <>
              <Muted until={room.mutedUntil(session.me.id)} />
              <Composer
                room={room}
                editLast={() => {
                  const last = state.timeline.items.findLast(
                    (item) => item.is === 'message' && item.from.id === session.me.id && item.state === 'sent',
                  );
                  if (last?.is === 'message') setEditing(last.id);
                }}
              />
            </>
          )}
        </div>
      </main>
      <People
        room={room}
        state={state}
        me={session.me}
        ask={setQuestion}
        isOpen={arePeopleOpen}
        close={() => {
          setPeopleOpen(false);
          toggle.current?.focus();
        }}
      />
      {question !== undefined && <Ask question={question} room={room} close={() => setQuestion(undefined)} />}
    </>
  );
};

const presenceOf = ({ presence, timeline }: RoomState): string => {
  switch (presence.is) {
    case 'joining':
      return 'Joining…';
    case 'away':
      return timeline.unsent.length > 0 ? 'Away: what you type waits' : 'Away';
    case 'joined':
    case 'out':
      return '';
  }
};

const typistsOf = ({ typists, members }: RoomState): string[] =>
  members.filter(({ id }) => typists.has(id)).map(({ name }) => name);

const Muted = ({ until }: { until: number | undefined }) =>
  until === undefined ? null : (
    <p class="notice">You are muted until {untilOf(until, Date.now())}. What you send before then is not let in.</p>
  );

const Out = ({ state, again }: { state: RoomState; again: () => void }) => (
  <div class="out" role="alert">
    <p>{state.presence.is === 'out' && state.presence.why}</p>
    <button onClick={again}>Try again</button>
  </div>
);
