import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { SiteHeader } from '../../../pages/site-header.js';
import { useStore } from '../../../pages/store.js';
import { mistakeIn } from '../room-id.js';
import type { ChatSession } from '../session/chat-session.js';
import { CarrierChoice } from './carrier-choice.js';
import { RoomView } from './room-view.js';
import { RoomsNav } from './rooms-nav.js';
import { Status } from './status.js';

/** Everything there is for somebody who is signed in. */
export const Lobby = ({ session, signOut }: { session: ChatSession; signOut: () => void }) => {
  const { status, carrier } = useStore(session.store);
  const id = useRoomInAddress();
  const room = useMemo(() => (id === undefined ? undefined : session.open(id)), [session, id]);

  useEffect(() => {
    document.title = room === undefined ? 'Greenroom' : `${room.id} · Greenroom`;
    room?.show(true);
    return () => room?.show(false);
  }, [room]);

  return (
    <div class="chat" data-in-room={room !== undefined}>
      <SiteHeader at="/">
        <Status status={status} />
        {status.state === 'closed' && (
          <button class="quiet" onClick={() => session.reconnect()}>
            Connect again
          </button>
        )}
        <span class="me" dir="auto" title={session.me.name}>
          {session.me.name}
        </span>
        <button class="quiet" onClick={signOut}>
          Sign out
        </button>
      </SiteHeader>
      <aside class="side">
        <RoomsNav session={session} current={id} />
        <CarrierChoice carrier={carrier} choose={(name) => void session.connect(name)} />
      </aside>
      {room === undefined ? (
        <Welcome name={session.me.name} />
      ) : (
        <RoomView key={room.id} room={room} session={session} />
      )}
    </div>
  );
};

const Welcome = ({ name }: { name: string }) => (
  <main class="welcome">
    <h1 dir="auto">Hello, {name}</h1>
    <p class="lead">
      Pick a room, or open one of your own by giving it a name. Whoever opens the same name is in the same room.
    </p>
    <ul class="facts">
      <li>Every message has its place in the room’s one order, the same for everybody.</li>
      <li>What you type while you are offline waits here, and is sent once.</li>
      <li>Open this page in another window under another name to talk to yourself.</li>
    </ul>
  </main>
);

/** The room in the address, `#cats`: it can be kept and handed on. */
const useRoomInAddress = (): string | undefined => {
  const [id, setId] = useState(roomInAddress);
  // Before the next frame: an address that changes until then would not be noticed.
  useLayoutEffect(() => {
    const look = (): void => setId(roomInAddress());
    addEventListener('hashchange', look);
    return () => removeEventListener('hashchange', look);
  }, []);
  return id;
};

const roomInAddress = (): string | undefined => {
  const id = location.hash.slice(1);
  return mistakeIn(id) === undefined ? id : undefined;
};
