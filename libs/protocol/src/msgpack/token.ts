/** One token of MessagePack: where it ends, and what it is. The values inside a container are tokens of their own. */
export type Token =
  | { readonly kind: 'scalar'; readonly end: number }
  | { readonly kind: 'text'; readonly start: number; readonly end: number }
  | { readonly kind: 'array' | 'map'; readonly count: number; readonly end: number };

/**
 * The token at `at`; `undefined` when it is cut off, an ext type (timestamps too) or the unused 0xc1.
 * Source: the MessagePack specification, "Formats".
 */
export function readToken(view: DataView, at: number): Token | undefined {
  if (at >= view.byteLength) return undefined;
  const token = tokenOf(view, at, view.getUint8(at));
  return token !== undefined && token.end <= view.byteLength ? token : undefined;
}

function tokenOf(view: DataView, at: number, byte: number): Token | undefined {
  if (byte < 0x80 || byte >= 0xe0) return scalar(at + 1);
  if (byte < 0x90) return { kind: 'map', count: byte & 0x0f, end: at + 1 };
  if (byte < 0xa0) return { kind: 'array', count: byte & 0x0f, end: at + 1 };
  if (byte < 0xc0) return text(at + 1, byte & 0x1f);
  switch (byte) {
    case 0xc0: // nil
    case 0xc2: // false
    case 0xc3: // true
      return scalar(at + 1);
    case 0xc4: // bin 8, 16, 32
    case 0xc5:
    case 0xc6: {
      const width = 1 << (byte - 0xc4);
      return scalar(at + 1 + width + length(view, at + 1, width));
    }
    case 0xca: // float 32, 64
    case 0xcb:
      return scalar(at + 1 + (4 << (byte - 0xca)));
    case 0xcc: // uint 8, 16, 32, 64
    case 0xcd:
    case 0xce:
    case 0xcf:
      return scalar(at + 1 + (1 << (byte - 0xcc)));
    case 0xd0: // int 8, 16, 32, 64
    case 0xd1:
    case 0xd2:
    case 0xd3:
      return scalar(at + 1 + (1 << (byte - 0xd0)));
    case 0xd9: // str 8, 16, 32
    case 0xda:
    case 0xdb: {
      const width = 1 << (byte - 0xd9);
      return text(at + 1 + width, length(view, at + 1, width));
    }
    case 0xdc: // array 16, 32
    case 0xdd: {
      const width = 2 << (byte - 0xdc);
      return { kind: 'array', count: length(view, at + 1, width), end: at + 1 + width };
    }
    case 0xde: // map 16, 32
    case 0xdf: {
      const width = 2 << (byte - 0xde);
      return { kind: 'map', count: length(view, at + 1, width), end: at + 1 + width };
    }
    default:
      return undefined;
  }
}

function scalar(end: number): Token {
  return { kind: 'scalar', end };
}

function text(start: number, size: number): Token {
  return { kind: 'text', start, end: start + size };
}

/** A big-endian length of 1, 2 or 4 bytes; beyond the end of the frame infinite, so that its token is cut off. */
function length(view: DataView, at: number, width: number): number {
  if (at + width > view.byteLength) return Infinity;
  if (width === 1) return view.getUint8(at);
  return width === 2 ? view.getUint16(at) : view.getUint32(at);
}
