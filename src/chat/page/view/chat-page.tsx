import { useState } from 'preact/hooks';
import { SiteHeader } from '../../../pages/site-header.js';
import { ChatSession } from '../session/chat-session.js';
import { forget, keep, keptIdentity, type Identity } from '../session/identity.js';
import { Lobby } from './lobby.js';
import { SignIn } from './sign-in.js';
import { Status } from './status.js';

/** A reload signs nobody out. */
const resumed = (): ChatSession | undefined => {
  const identity = keptIdentity();
  return identity && new ChatSession(identity, undefined);
};

export const ChatPage = () => {
  const [session, setSession] = useState(resumed);
  const signIn = (identity: Identity, token: string): void => {
    keep(identity);
    setSession(new ChatSession(identity, token));
  };
  const signOut = (): void => {
    forget();
    session?.end();
    setSession(undefined);
  };
  if (session !== undefined) return <Lobby session={session} signOut={signOut} />;
  return (
    <>
      <SiteHeader at="/">
        <Status status={undefined} />
      </SiteHeader>
      <SignIn signIn={signIn} />
    </>
  );
};
