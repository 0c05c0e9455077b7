/** A room's name in two parts, `chat/cats`: the kind says how it behaves, the id which one of that kind it is. */
export interface Address {
  readonly kind: string;
  readonly id: string;
}

/** One part of an address. No `/`, so an address splits in one way only; a first letter or digit, so no `.`, `..` or `__proto__`. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.~-]{0,63}$/;

/** True for a legal kind or id: 1 to 64 characters, `[A-Za-z0-9][A-Za-z0-9_.~-]{0,63}`. Linear, for any input. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && NAME.test(text);
}

/** Reads `kind/id`; `undefined` for anything else. Never throws. */
export function parseAddress(text: unknown): Address | undefined {
  if (typeof text !== 'string' || text.length > 129) return undefined;
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const kind = text.slice(0, slash);
  const id = text.slice(slash + 1);
  return isName(kind) && isName(id) ? { kind, id } : undefined;
}

/** Writes `kind/id`. Throws a `TypeError` when either part is not a name: what it writes always parses back. */
export function formatAddress(kind: string, id: string): string {
  if (!isName(kind))
    throw new TypeError('A room kind is 1 to 64 of A-Z a-z 0-9 _ . ~ - and starts with a letter or digit');
  if (!isName(id)) throw new TypeError('A room id is 1 to 64 of A-Z a-z 0-9 _ . ~ - and starts with a letter or digit');
  return `${kind}/${id}`;
}
