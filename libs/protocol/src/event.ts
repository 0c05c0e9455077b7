import type { WireMember } from './member.js';

/** A fact the room accepted. The epoch stands once, on the frame or reply that carries it. */
export interface WireEvent {
  readonly seq: number;
  readonly name: string;
  readonly data: unknown;
  /** Milliseconds since 1970, by the owner's clock. */
  readonly at: number;
  /** Whose command caused it; absent when no member did. */
  readonly by?: WireMember;
  /** The room blanked it: `data` is `null`, only the place in the order remains. */
  readonly redacted?: true;
}
