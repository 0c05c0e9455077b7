import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline, type Duplex } from 'node:stream';

/** What is said of one connection, not of what is asked on it. `host` is the client's: nodes compare it with the `Origin`. */
const OF_ONE_CONNECTION: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding']);
const FORWARDED_FOR = 'x-forwarded-for';

/** Name and value in turn, as Node has them. */
type RawHeaders = readonly string[];

const without = (raw: RawHeaders, isLeftOut: (name: string) => boolean): string[] =>
  raw.flatMap((name, i) => (i % 2 === 0 && !isLeftOut(name.toLowerCase()) ? [name, raw[i + 1] ?? ''] : []));

/** The client's headers, and who it is. */
const forwarded = ({ rawHeaders, headers, socket }: IncomingMessage): string[] => {
  const steps = [headers[FORWARDED_FOR] ?? [], socket.remoteAddress ?? ''].flat().join(', ');
  return [...without(rawHeaders, (name) => name === FORWARDED_FOR), 'X-Forwarded-For', steps];
};

const headersOf = (request: IncomingMessage): string[] => {
  const isChunked = request.headers['transfer-encoding'] !== undefined;
  const headers = without(forwarded(request), (name) => OF_ONE_CONNECTION.has(name));
  return [...headers, ...(isChunked ? ['Transfer-Encoding', 'chunked'] : [])];
};

/**
 * One request to a node and its answer back, byte by byte as they come.
 * @param heard is told what the answer begins with
 */
export const relayRequest = (
  request: IncomingMessage,
  response: ServerResponse,
  node: Socket,
  heard: (first: string) => void,
): void => {
  const { method, url: path } = request;
  const upstream = ask({ createConnection: () => node, method, path, headers: headersOf(request) });
  upstream.once('response', (answer) => {
    response.writeHead(
      answer.statusCode ?? 502,
      answer.statusMessage,
      without(answer.rawHeaders, (name) => OF_ONE_CONNECTION.has(name)),
    );
    response.flushHeaders();
    answer.once('data', (chunk: Buffer) => heard(chunk.toString('latin1')));
    // Half an answer is not passed on as a whole one: its connection ends.
    pipeline(answer, response, () => {});
  });
  upstream.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502, { connection: 'close' }).end();
  });
  response.once('close', () => upstream.destroy());
  // The node may answer before the first byte of a body comes.
  upstream.flushHeaders();
  pipeline(request, upstream, () => {});
};

/** An upgrade to a node, and from then on all bytes both ways. */
export const relayUpgrade = (request: IncomingMessage, head: Buffer, client: Duplex, node: Socket): void => {
  const { method, url } = request;
  const headers = forwarded(request);
  const lines = headers.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${headers[i + 1] ?? ''}`] : []));
  node.write([`${method} ${url} HTTP/1.1`, ...lines, '', ''].join('\r\n'), 'latin1');
  node.write(head);
  // What a side has said before its end arrives; an end in disorder is one for the other, too.
  pipeline(client, node, client, () => {
    client.destroy();
    node.destroy();
  });
};
