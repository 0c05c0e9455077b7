import type { RawData } from 'ws';

/** Pieces of one message, and chunks of one frame, that are held at once. Source: CVE-2026-62389. */
export const MOST_PIECES = 1024;

/** A message's bytes. `ws` hands over one Buffer unless told otherwise. */
export const bytesOf = (data: RawData): Buffer =>
  Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data);
