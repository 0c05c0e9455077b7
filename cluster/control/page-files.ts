import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** As the build names them: one folder, and nothing that leads out of it. */
const ASSET = /^\/assets\/([\w.-]+)$/;

/** The built page and what it is made of. */
export class PageFiles {
  constructor(private readonly dir: string) {}

  /** Answers if there is such a file. */
  async answer(path: string, response: ServerResponse): Promise<boolean> {
    if (path === '/') return this.#page(response);
    const [, name] = ASSET.exec(path) ?? [];
    const type = name === undefined ? undefined : TYPES[extname(name)];
    if (name === undefined || type === undefined) return false;
    const file = createReadStream(join(this.dir, 'assets', name));
    return new Promise((resolve) => {
      file.once('error', () => resolve(false));
      file.once('open', () => {
        // Its name changes with what is in it.
        response.writeHead(200, { 'content-type': type, 'cache-control': 'max-age=31536000, immutable' });
        file.pipe(response);
        resolve(true);
      });
    });
  }

  async #page(response: ServerResponse): Promise<boolean> {
    const page = await readFile(join(this.dir, 'index.html')).catch(() => undefined);
    if (page === undefined) return false;
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' }).end(page);
    return true;
  }
}
