import { RedisUnfitError } from '../connection.js';

/**
 * The URL of a server as it may be shown: without who and what lets us in.
 * @throws RedisUnfitError when it is none. Nothing of it is shown then: any part may be of a password.
 */
export function shownUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !isServers(url))
    throw new RedisUnfitError(
      'The URL of Redis is not of the form redis://user:password@host:6379/0, or rediss: with TLS. ' +
        'What else than letters and digits is in a password is written as encodeURIComponent() does.',
    );
  return `${url.protocol}//${url.host}${url.pathname}`;
}

const isServers = ({ protocol, hostname, pathname, username, password }: URL): boolean =>
  /^rediss?:$/.test(protocol) &&
  hostname !== '' &&
  /^\/?\d*$/.test(pathname) &&
  [username, password].every((part) => isEscaped(part));

/** It can be decoded. */
export const isEscaped = (part: string): boolean => {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
};
