import type { IncomingMessage } from 'node:http';

/** A request that wants a connection. */
export interface Caller {
  readonly request: IncomingMessage;
  /** IP address of the other end of the socket; it may be a proxy of ours. */
  readonly peer: string;
}

/** Whoever sent a request that no Socket.IO server has looked at. */
export const callerOf = (request: IncomingMessage): Caller => ({ request, peer: request.socket.remoteAddress ?? '' });

/** The path as it was asked for: not resolved, so that exactly one spelling of a path is that path. */
export const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?', 1).join('');

/** The peer's address, or as many steps back as there are proxies of ours, as each of them wrote it. */
export function addressOf({ request, peer }: Caller, trustProxy: number): string {
  if (trustProxy === 0) return peer;
  const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  const steps = [...forwarded.map((address) => address.trim()).filter((address) => address !== ''), peer];
  return steps[Math.max(0, steps.length - 1 - trustProxy)] ?? peer;
}
