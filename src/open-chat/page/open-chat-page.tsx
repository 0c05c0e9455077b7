import { useEffect, useRef, useState } from 'preact/hooks';
import { SiteHeader } from '../../pages/site-header.js';
import type { Frame } from './frame.js';
import { FrameLog, type Line } from './frame-log.js';
// eslint-disable-next-line import/default -- Vite makes it: the file's text
import code from './open-socket.ts?raw';
import { openSocket, say, sendBytes } from './open-socket.js';

/** How one stands with the server. */
type Link =
  | { readonly is: 'out' }
  | { readonly is: 'connecting' | 'online'; readonly socket: WebSocket }
  /** Nothing comes back by itself here: it is asked to. */
  | { readonly is: 'lost' };

const WORDS = { out: 'Not joined', connecting: 'Connecting…', online: 'Connected', lost: 'Disconnected' } as const;
const CONNECTION = { out: 'closed', connecting: 'connecting', online: 'online', lost: 'closed' } as const;
/** No more lines than this are kept. */
const MOST = 500;

export const OpenChatPage = () => {
  const [name, setName] = useState('');
  const [link, setLink] = useState<Link>({ is: 'out' });
  const [lines, setLines] = useState<readonly Line[]>([]);
  const count = useRef(0);

  const join = (): void => {
    const socket: WebSocket = openSocket(name.trim(), (frame) => show(socket, frame));
    setLink({ is: 'connecting', socket });
  };
  const show = (socket: WebSocket, frame: Frame): void => {
    count.current += 1;
    const line = { key: count.current, at: Date.now(), frame };
    setLines((before) => [...before.slice(1 - MOST), line]);
    if (frame.type === 'welcome') setLink({ is: 'online', socket });
    if (frame.type === 'closed') setLink((now) => (now.is === 'out' ? now : { is: 'lost' }));
  };
  const leave = (): void => {
    if ('socket' in link) link.socket.close(1000);
    setLink({ is: 'out' });
  };
  useEffect(() => () => 'socket' in link && link.socket.close(1000), []);

  return (
    <div class="open-chat">
      <SiteHeader at="/open-chat">
        <p class="status" role="status" data-connection={CONNECTION[link.is]}>
          <span class="dot" aria-hidden="true" />
          <span>{WORDS[link.is]}</span>
        </p>
      </SiteHeader>
      <main class="two">
        <section class="panel talk" aria-labelledby="talk-title">
          <header class="panel-head">
            <h1 id="talk-title">Open chat</h1>
            {link.is !== 'out' && (
              <button class="quiet" onClick={leave}>
                Leave
              </button>
            )}
          </header>
          {link.is === 'out' && lines.length === 0 ? (
            <div class="start">
              <p class="lead">
                One room for everybody, over a plain WebSocket: no account, no history, nothing kept. Whatever is sent
                goes to all who are connected.
              </p>
              <Join name={name} setName={setName} join={join} />
            </div>
          ) : (
            <FrameLog lines={lines} me={name.trim()} />
          )}
          {link.is === 'out' && lines.length > 0 && <Join name={name} setName={setName} join={join} />}
          {link.is === 'lost' && (
            <div class="lost" role="alert">
              <p>The connection is gone. What others say meanwhile is lost: nothing is kept here.</p>
              <button class="primary" onClick={join}>
                Reconnect
              </button>
            </div>
          )}
          {'socket' in link && <Talk socket={link.socket} isOnline={link.is === 'online'} />}
        </section>
        <section class="panel" aria-labelledby="code-title">
          <header class="panel-head">
            <h2 id="code-title">All it takes</h2>
            <p class="hint">The very file this page runs</p>
          </header>
          <pre class="code" tabIndex={0} aria-label="Source code">
            <code>{code.trim()}</code>
          </pre>
          <p class="after-code hint">
            On the server it is one class with <code>@WebSocketEndpoint('/ws')</code>. For rooms, order, history and
            resuming there is the <a href="/">chat</a>.
          </p>
        </section>
      </main>
    </div>
  );
};

const Join = ({ name, setName, join }: { name: string; setName: (name: string) => void; join: () => void }) => {
  const [isMissing, setMissing] = useState(false);
  return (
    <form
      class="line join"
      onSubmit={(event) => {
        event.preventDefault();
        setMissing(name.trim() === '');
        if (name.trim() !== '') join();
      }}
    >
      <label class="field">
        <span>Name</span>
        <input
          value={name}
          maxLength={64}
          autoComplete="nickname"
          aria-invalid={isMissing}
          aria-describedby="name-missing"
          onInput={({ currentTarget: { value } }) => {
            setName(value);
            setMissing(false);
          }}
        />
      </label>
      <button class="primary">Join</button>
      <p id="name-missing" class="problem" role="alert">
        {isMissing && 'Type a name first: any will do.'}
      </p>
    </form>
  );
};

const Talk = ({ socket, isOnline }: { socket: WebSocket; isOnline: boolean }) => {
  const [text, setText] = useState('');
  return (
    <form
      class="line"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() === '' || !isOnline) return;
        say(socket, text.trim());
        setText('');
      }}
    >
      <label class="field">
        <span class="unseen">Message</span>
        <input
          value={text}
          dir="auto"
          autoComplete="off"
          placeholder="Write to everybody"
          ref={focused}
          onInput={({ currentTarget: { value } }) => setText(value)}
        />
      </label>
      <button class="primary" disabled={!isOnline}>
        Send
      </button>
      <button
        type="button"
        disabled={!isOnline}
        onClick={() => sendBytes(socket, ...crypto.getRandomValues(new Uint8Array(4)))}
      >
        Send bytes
      </button>
    </form>
  );
};

const focused = (input: HTMLInputElement | null): void => {
  // A keyboard that comes up by itself would cover half a phone.
  if (matchMedia('(hover: hover)').matches) input?.focus();
};
