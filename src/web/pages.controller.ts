import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Controller, Get, Header, Inject, ServiceUnavailableException } from '@nestjs/common';

/** The folder of the built pages. */
export const PAGES_DIR = Symbol('PAGES_DIR');

/** Each slice's page, at its address. What a page is made of has a name of its own with every build: it is asked for anew. */
@Controller()
export class PagesController {
  constructor(@Inject(PAGES_DIR) private readonly dir: string) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-cache')
  chat(): Promise<string> {
    return this.#page('chat');
  }

  @Get('open-chat')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-cache')
  openChat(): Promise<string> {
    return this.#page('open-chat');
  }

  async #page(slice: string): Promise<string> {
    try {
      return await readFile(join(this.dir, slice, 'page/index.html'), 'utf8');
    } catch (cause) {
      throw new ServiceUnavailableException('The pages are not built: npm run build', { cause });
    }
  }
}
