import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Observatory, Watched } from '../watch/observatory.js';
import { actionOf } from './actions.js';
import { isFromOurPage, isOurHost } from './from-the-page.js';
import { PageFiles } from './page-files.js';

export interface ControlOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  /** Where the page was built. */
  readonly pageDir: string;
}

/** As the demo's pages have it: files of this server, and nothing else. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/**
 * The page, what it shows as it changes, and what its buttons do. It ends processes, so it listens on the loopback alone, and
 * does what its own page asks: a page of another site that happens to be open in the same browser gets nothing.
 */
export class ControlServer {
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #files: PageFiles;

  private constructor(
    private readonly watched: Watched,
    private readonly observatory: Observatory,
    pageDir: string,
  ) {
    this.#files = new PageFiles(pageDir);
  }

  static async listen(
    watched: Watched,
    observatory: Observatory,
    { port, pageDir }: ControlOptions,
  ): Promise<ControlServer> {
    const control = new ControlServer(watched, observatory, pageDir);
    control.#server.listen(port, '127.0.0.1');
    await once(control.#server, 'listening');
    return control;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, headers, url: path = '/' } = request;
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (!isOurHost(headers, this.#port)) return end(response, 403);
    if (method === 'POST') return this.#act(headers, path, response);
    if (method !== 'GET') return end(response, 405);
    if (path === '/events') return this.#show(response);
    return (await this.#files.answer(path, response)) ? undefined : end(response, 404);
  }

  #act(headers: IncomingMessage['headers'], path: string, response: ServerResponse): void {
    if (!isFromOurPage(headers, this.#port)) return end(response, 403);
    const action = actionOf(path, this.watched);
    if (action === undefined) return end(response, 404);
    // What comes of it is seen on the page.
    void this.#do(action);
    return end(response, 204);
  }

  async #do(action: () => unknown): Promise<void> {
    try {
      await action();
    } catch (error) {
      process.stderr.write(`${String(error)}\n`);
    }
  }

  /** The whole view, as server-sent events. */
  #show(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const stop = this.observatory.watch((view) => {
      // A page that does not keep up gets the next one.
      if (!response.writableNeedDrain) response.write(`data: ${JSON.stringify(view)}\n\n`);
    });
    response.once('close', stop);
  }
}

const end = (response: ServerResponse, status: number): void => void response.writeHead(status).end();
