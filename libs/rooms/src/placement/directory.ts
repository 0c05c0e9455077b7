/**
 * Which nodes there are, and which of them should own a room. A hint for routing: that a room has one owner is the
 * store's doing, which refuses every other.
 */
export interface Directory {
  /**
   * This node takes part from now on.
   * @param load how much it does, in rooms: of two that could have a new one, the one that does clearly less is to.
   */
  join(node: string, load?: () => number): Promise<void>;
  /** Whether this node may still be taken for the owner of what it owns: `false` once others may have taken over. */
  holds(node: string): boolean;
  /**
   * The node that owns the room, or should. `undefined`: nobody can tell now.
   * @param afresh there is reason to believe that what is remembered is old.
   */
  locate(address: string, afresh?: boolean): Promise<string | undefined>;
  /**
   * This node lets go of a room that it owns: another is to own it, if there is one that rather should. Never rejects.
   * @returns that one.
   */
  release(address: string, node: string): Promise<string | undefined>;
  /** Hears of nodes that came or went; of none when this one knows of none any more. @returns how to stop listening. */
  watch(listener: (nodes: readonly string[]) => void): () => void;
  /** This node takes no more rooms, and releases those it has. */
  retire(node: string): Promise<void>;
  /** This node takes no part any more. */
  leave(node: string): Promise<void>;
}
