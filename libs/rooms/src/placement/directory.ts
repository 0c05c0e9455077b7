/**
 * Which nodes there are, and which of them should own a room. A hint for routing: that a room has one owner is the
 * store's doing, which refuses every other.
 */
export interface Directory {
  /** This node takes part from now on. */
  join(node: string): Promise<void>;
  /** The node that owns the room, or should. `undefined`: nobody can tell now. */
  locate(address: string): Promise<string | undefined>;
  /** Hears of nodes that came or went. @returns how to stop listening. */
  watch(listener: (nodes: readonly string[]) => void): () => void;
  /** This node takes no part any more. */
  leave(node: string): Promise<void>;
}
