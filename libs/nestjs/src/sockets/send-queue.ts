/** What may wait for one reader. */
export interface SendLimits {
  readonly bytes: number;
  readonly frames: number;
}

/** Decides what becomes of a frame, from what still waits for its reader. */
export function decide(waiting: SendLimits, limits: SendLimits, isVolatile: boolean): 'send' | 'drop' | 'overflow' {
  if (isVolatile) return waiting.bytes * 2 > limits.bytes || waiting.frames * 2 > limits.frames ? 'drop' : 'send';
  return waiting.bytes > limits.bytes || waiting.frames >= limits.frames ? 'overflow' : 'send';
}
