import { useState } from 'preact/hooks';
import { useStore } from '../../../pages/store.js';
import { mistakeIn } from '../room-id.js';
import type { ChatSession } from '../session/chat-session.js';
import type { OpenRoom } from '../session/open-room.js';
import { visitedRooms } from '../session/rooms-memory.js';

const SUGGESTIONS = ['general', 'cats', 'music', 'help'];

/** Rooms one has been to, some to begin with, and a way to any other. */
export const RoomsNav = ({ session, current }: { session: ChatSession; current: string | undefined }) => {
  const { rooms } = useStore(session.store);
  // Visited when this was opened, so that a room does not change its place when one goes there.
  const [before] = useState(visitedRooms);
  const ids = [...new Set([...before, ...SUGGESTIONS, ...rooms.map(({ id }) => id)])];
  return (
    <>
      <nav class="rooms" aria-label="Rooms">
        <h2 class="label">Rooms</h2>
        <ul>
          {ids.map((id) => (
            <li key={id}>
              <a href={`#${id}`} aria-current={id === current ? 'page' : undefined}>
                <span class="room-id">{id}</span>
                <Unread room={rooms.find((room) => room.id === id)} />
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <OpenAny />
    </>
  );
};

const Unread = ({ room }: { room: OpenRoom | undefined }) => (room === undefined ? null : <UnreadIn room={room} />);

const UnreadIn = ({ room }: { room: OpenRoom }) => {
  const { unread } = useStore(room.store);
  if (unread === 0) return null;
  return (
    <span class="badge">
      {unread > 99 ? '99+' : unread}
      <span class="unseen"> new</span>
    </span>
  );
};

const OpenAny = () => {
  const [id, setId] = useState('');
  const [mistake, setMistake] = useState<string>();
  const submit = (): void => {
    const found = mistakeIn(id.trim());
    setMistake(found);
    if (found !== undefined) return;
    location.hash = id.trim();
    setId('');
  };
  return (
    <form
      class="open-any"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label class="field">
        <span>Room</span>
        <input
          value={id}
          onInput={({ currentTarget: { value } }) => {
            setId(value);
            setMistake(undefined);
          }}
          autoComplete="off"
          autoCapitalize="none"
          spellcheck={false}
          placeholder="any-name"
          aria-invalid={mistake !== undefined}
          aria-describedby="room-mistake"
        />
      </label>
      <button>Open room</button>
      <p id="room-mistake" class="problem" role="alert">
        {mistake}
      </p>
    </form>
  );
};
