/**
 * What the nodes know of users together: how many connections each has, and whose are to end. Not of a room, and not in a log:
 * what cannot be told now holds nobody up, and ends no connection.
 */
export interface Users {
  /**
   * This node takes part.
   * @param dismiss called with a user whose connections here are to end
   * @returns how to stop, once it hears
   */
  serve(node: string, dismiss: (user: string, reason: string) => void): Promise<() => void>;
  /** Counts a connection in; `false` when the user has `limit` of them on all nodes, as far as can be told now. */
  enter(user: string, limit: number): Promise<boolean>;
  /** Counts a connection out that was counted in here. */
  leave(user: string): void;
  /**
   * Has the user's connections end on every node, this one included. Resolves when this node has been told.
   * @throws UnavailableError when other nodes may not hear of it; this one has.
   */
  dismiss(user: string, reason: string): Promise<void>;
}
