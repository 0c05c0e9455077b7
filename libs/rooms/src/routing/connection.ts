import type { Identity } from '../contract/member.js';
import type { Frame } from '../feed/frame.js';

/** One socket of either carrier, as the engine sees it. */
export interface Connection {
  readonly id: string;
  readonly user: Identity;
  /** Hands a frame to the carrier, in order. Never throws; a connection that is gone ignores it. */
  push(frame: Frame): void;
}
