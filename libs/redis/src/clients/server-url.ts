import { RedisUnfitError } from '../connection.js';

/**
 * The URL of a server as it may be shown: without who and what lets us in.
 * @throws RedisUnfitError when it is none.
 */
export function shownUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !isServers(url))
    throw notOfTheForm('redis://user:password@host:6379/0, or rediss: with TLS');
  return `${url.protocol}//${url.host}${url.pathname}`;
}

const isServers = ({ protocol, hostname, pathname, username, password }: URL): boolean =>
  /^rediss?:$/.test(protocol) &&
  hostname !== '' &&
  /^\/?\d*$/.test(pathname) &&
  [username, password].every((part) => isEscaped(part));

/** A URL that is none of ours. Nothing of it is shown: any part may be of a password. */
export const notOfTheForm = (form: string): RedisUnfitError =>
  new RedisUnfitError(
    `The URL of Redis is not of the form ${form}. ` +
      'What else than letters and digits is in a password is written as encodeURIComponent() does.',
  );

/** It can be decoded. */
export const isEscaped = (part: string): boolean => {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
};
