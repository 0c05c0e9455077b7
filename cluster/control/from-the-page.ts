import type { IncomingHttpHeaders } from 'node:http';

/** Names that the loopback goes by in an address bar. */
const NAMES = ['127.0.0.1', 'localhost'];

/** Asked for by a name of ours: no other site has made its own name lead here. */
export const isOurHost = ({ host }: IncomingHttpHeaders, port: number): boolean =>
  NAMES.some((name) => host === `${name}:${port}`);

/** Sent by the page that is served here, and by no other: browsers put the page's origin on every POST. */
export const isFromOurPage = (headers: IncomingHttpHeaders, port: number): boolean =>
  isOurHost(headers, port) && headers.origin === `http://${headers.host}`;
