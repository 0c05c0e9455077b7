/** What comes in: the server's text frames, bytes that somebody sent, and the end. */
export type Frame =
  | { readonly type: 'welcome'; readonly message: string }
  | { readonly type: 'join' | 'leave'; readonly user: string }
  | { readonly type: 'message'; readonly user: string; readonly text: string }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'closed' };

/** Is told each of them, in the order they come. */
export type Show = (frame: Frame) => void;

/** So many bytes are shown of a binary frame. */
const SHOWN = 16;

/** `01 ff 20`. */
export const hexOf = (bytes: Uint8Array): string => {
  const hex = Array.from(bytes.subarray(0, SHOWN), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return bytes.length > SHOWN ? `${hex} …` : hex;
};
