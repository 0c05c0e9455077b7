/** More characters of a name are cut off: every message carries it to everybody. */
const LONGEST_NAME = 64;

/** What a text frame says. Whatever it is, it is one of these. */
export type Frame =
  { readonly type: 'join'; readonly username: string } | { readonly type: 'message'; readonly text: string };

/** The object that a frame is, if it is one in JSON. */
const parse = (frame: string): object => {
  try {
    const value: unknown = JSON.parse(frame);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
};

/** A field of the object's own, if it is text. */
const textOf = (object: object, field: string): string | undefined => {
  const value: unknown = Object.hasOwn(object, field) ? object[field as never] : undefined;
  return typeof value === 'string' ? value : undefined;
};

/** Not in the middle of a character. */
const cut = (name: string): string =>
  Array.from(name.slice(0, 2 * LONGEST_NAME))
    .slice(0, LONGEST_NAME)
    .join('');

/** A frame without a name to join by, or without a text of its own, is a message as it stands. */
export const readFrame = (frame: string): Frame => {
  const object = parse(frame);
  const username = textOf(object, 'type') === 'join' ? cut(textOf(object, 'username')?.trim() ?? '') : '';
  if (username !== '') return { type: 'join', username };
  return { type: 'message', text: textOf(object, 'text') ?? frame };
};
