/** Whether a page may connect: the server's own pages, those listed, and whatever is no page (no `Origin`). */
export class Origins {
  readonly #all: boolean;
  readonly #listed: ReadonlySet<string>;

  /** `listed`: origins as a browser writes them, `https://app.example.com`, or `*`. */
  constructor(listed: readonly string[]) {
    this.#all = listed.includes('*');
    this.#listed = new Set(listed.map((origin) => parse(origin)?.origin ?? origin));
  }

  allows(headers: { readonly origin?: string | undefined; readonly host?: string | undefined }): boolean {
    const { origin, host } = headers;
    if (origin === undefined || this.#all) return true;
    const url = parse(origin);
    // A page of nowhere (`null`: a sandbox, a file) is only let in by `*`.
    return url !== undefined && (url.host === host?.toLowerCase() || this.#listed.has(url.origin));
  }
}

const parse = (origin: string): URL | undefined => (URL.canParse(origin) ? new URL(origin) : undefined);
