import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** When somebody who was refused for now may try again, seconds. */
const RETRY_AFTER_S = 5;

/** Answers an upgrade with an HTTP status, and closes its socket: a peer may well keep its own half open for ever. */
export function refuseUpgrade(socket: Duplex, status: 400 | 401 | 403 | 404 | 429 | 503): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Length: 0',
    ...(status === 429 || status === 503 ? [`Retry-After: ${RETRY_AFTER_S}`] : []),
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n`);
}
