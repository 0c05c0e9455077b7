import type { ClientStatus } from '@greenroom/client';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

type Shown = 'online' | 'connecting' | 'waiting' | 'closed';

/** How the page stands with the server. `undefined`: nobody is signed in. */
export const Status = ({ status }: { status: ClientStatus | undefined }) => {
  const isOnNetwork = useNetwork();
  const { is, words } = inWords(status, isOnNetwork);
  return (
    <p class="status" role="status" data-connection={is}>
      <span class="dot" aria-hidden="true" />
      <span>{words}</span>
      {is === 'waiting' && isOnNetwork && status?.state === 'waiting' && <Countdown to={status.retryAt} />}
    </p>
  );
};

const inWords = (status: ClientStatus | undefined, isOnNetwork: boolean): { is: Shown; words: string } => {
  switch (status?.state) {
    case 'online':
      return { is: 'online', words: 'Connected' };
    case 'waiting':
      return { is: 'waiting', words: isOnNetwork ? 'Reconnecting' : 'Offline' };
    case 'idle':
    case 'connecting':
      return { is: 'connecting', words: 'Connecting…' };
    case 'closed':
      return { is: 'closed', words: status.error === undefined ? 'Signed out' : 'Disconnected' };
    case undefined:
      return { is: 'closed', words: 'Signed out' };
  }
};

/** Not read out every second. */
const Countdown = ({ to }: { to: number }) => {
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.ceil((to - Date.now()) / 1000);
  return <span aria-hidden="true">{seconds > 0 ? `in ${seconds} s` : 'now'}</span>;
};

const useNetwork = (): boolean => {
  const [isOn, setOn] = useState(navigator.onLine);
  // Before the next frame: a change until then would not be noticed.
  useLayoutEffect(() => {
    const look = (): void => setOn(navigator.onLine);
    addEventListener('online', look);
    addEventListener('offline', look);
    return () => {
      removeEventListener('online', look);
      removeEventListener('offline', look);
    };
  }, []);
  return isOn;
};
