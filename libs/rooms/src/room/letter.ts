import type { Input } from '../log/entry.js';
import type { Asker } from './asker.js';
import type { Request } from './request.js';

/** Something asked from outside, with the way back. */
export interface Asked {
  readonly from: 'outside';
  readonly request: Request;
  /** After it nobody waits for the answer any more, and it is not run. Milliseconds since 1970. */
  readonly deadline: number;
  readonly asker: Asker;
}

/** An input of the room's own: something from beside it, or a coming and going it knows of itself. */
export interface Own {
  readonly from: 'room';
  readonly input: Input;
}

export type Letter = Asked | Own;
