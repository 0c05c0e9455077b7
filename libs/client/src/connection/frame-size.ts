import { HARD_FRAME_BYTES } from '@greenroom/protocol';
import { roomError } from '../room-error.js';

/** @throws RoomError TOO_LARGE for a frame that every server ends its connection for. */
export function mustFit(frame: string | Uint8Array): void {
  if (bytesOf(frame) > HARD_FRAME_BYTES) throw roomError('TOO_LARGE', 'No server takes a frame that large.');
}

function bytesOf(frame: string | Uint8Array): number {
  // No more than three bytes a character: most need no counting.
  const mustCount = typeof frame === 'string' && frame.length * 3 > HARD_FRAME_BYTES;
  return (mustCount ? new TextEncoder().encode(frame) : frame).length;
}
