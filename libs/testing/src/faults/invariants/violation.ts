/** What must hold whatever strikes. Source: research/reliability.md 5.2, in its order. */
export const INVARIANTS = [
  /** 1. What was acked is in the log once, where its ack said; what follows from a command is done once. */
  'acked-once',
  /** 2. Positions of a log follow each other without a hole, epochs do not fall, and each has one owner. */
  'one-log',
  /** 3. What a member is told is, from where they began, the log's events that are for them: all, in order, once. */
  'same-stream',
  /** 4. Nobody is told what is for somebody else, or of another room. */
  'nobody-else',
  /** 5. What one connection sends is applied in the order it was sent. */
  'sender-order',
  /** 6. Nothing is told to anybody before it is committed. */
  'commit-first',
  /** 7. When all is quiet everybody has the same room: state, members, and nobody is in it who is not there. */
  'convergence',
  /** 8. What was refused is never in the log, and what has an unknown outcome at most once. */
  'refused-never',
  /** 9. Who is out is out: no command of theirs is accepted, and they are told nothing more. */
  'out-is-out',
] as const;
export type InvariantName = (typeof INVARIANTS)[number];

/** Invariants that have nothing to hold on to yet, and what they wait for. */
export const NOT_YET = {
  /** 10. All documents are equal at the end, and every acked update is in them. */
  documents: 'there are no collaborative documents yet',
  /** Of 2: appends that two owners had accepted never overlap in time, by a registry that all nodes write to. */
  'ownership-registry': 'that each epoch has one owner is read from the log, whose barriers name them',
} as const;

export interface Violation {
  readonly invariant: InvariantName;
  readonly room?: string;
  readonly client?: string;
  readonly message: string;
  /** Which observation it was found at, from 0; absent where it is found in a log or at the end. */
  readonly observation?: number;
}
