/** Where a session is attached. */
export interface Place {
  /** The node of the connection. */
  readonly node: string;
  readonly connection: string;
  /** Which of its client's joins has brought it there, if the client counts them. */
  readonly attempt?: number | undefined;
}

/** By itself, as a log keeps it. */
export const placeOf = ({ node, connection, attempt }: Place): Place => ({
  node,
  connection,
  ...(attempt !== undefined && { attempt }),
});

type Attempted = Pick<Place, 'attempt'>;

/** Its client has asked for the session again since: what it asked for before, it does not want any more. */
export const isOutdated = ({ attempt }: Attempted, { attempt: last }: Attempted): boolean =>
  attempt !== undefined && last !== undefined && attempt < last;
