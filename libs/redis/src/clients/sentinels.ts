import { isEscaped, notOfTheForm } from './server-url.js';

/** Where Sentinels are, and whom they are asked for. */
export interface Sentinels {
  readonly sentinels: readonly { readonly host: string; readonly port: number }[];
  /** As they know the group of the primary and its replicas. */
  readonly name: string;
  readonly db: number;
  /** Of the servers and the Sentinels. */
  readonly isSecure: boolean;
  /** For the servers. */
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** For the Sentinels. */
  readonly sentinelUsername: string | undefined;
  readonly sentinelPassword: string | undefined;
}

const FORM =
  /^redis(?<s>s?)\+sentinel:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^@/?]+)\/(?<name>[^/?]+)(?:\/(?<db>\d+))?(?:\?(?<query>.*))?$/;
const HOST = /^(?:\[(?<v6>[^\]]+)\]|(?<host>[^:[\]]+))(?::(?<port>\d+))?$/;
const SENTINEL_PORT = 26_379;

export const isSentinelUrl = (url: string): boolean => /^rediss?\+sentinel:/.test(url);

/** @throws RedisUnfitError for what is not of the form. */
export function readSentinelUrl(url: string): Sentinels {
  const parts = FORM.exec(url)?.groups;
  const hosts = parts?.['hosts']?.split(',').map((each) => HOST.exec(each)?.groups);
  if (parts === undefined || hosts === undefined || hosts.includes(undefined) || !isEscaped(url))
    throw notOfTheForm('redis+sentinel://user:password@host:26379,host:26379/name/0');
  const query = new URLSearchParams(parts['query']);
  return {
    sentinels: hosts.map((each) => ({
      host: each?.['v6'] ?? each?.['host'] ?? '',
      port: Number(each?.['port'] ?? SENTINEL_PORT),
    })),
    name: decodeURIComponent(parts['name'] ?? ''),
    db: Number(parts['db'] ?? 0),
    isSecure: parts['s'] === 's',
    username: decoded(parts['user']),
    password: decoded(parts['password']),
    sentinelUsername: query.get('sentinel_username') ?? undefined,
    sentinelPassword: query.get('sentinel_password') ?? undefined,
  };
}

/** One of the form as it may be shown. */
export const withoutSecrets = (url: string): string => url.replace(/\/\/[^@/]*@/, '//').replace(/\?.*/, '');

const decoded = (part: string | undefined): string | undefined =>
  part === undefined || part === '' ? undefined : decodeURIComponent(part);
