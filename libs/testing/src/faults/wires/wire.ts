import type { Push, Reply } from '@greenroom/protocol';

/** What a connection tells its holder, in the order it came. After `ended` nothing more. */
export interface WireListener {
  pushed(push: Push): void;
  ended(): void;
}

/** A connection that was let in. It knows of no rooms, positions or retries: what comes is handed on as it is. */
export interface Wire {
  /** Asks for an operation. `answered` is called within the receipt of the reply, before anything that follows it; never, when the connection ends first. */
  ask(op: string, body: object, answered: (reply: Reply) => void): void;
  /** Goes without a word. Nothing is heard of it after. */
  close(): void;
}

/** Opens a connection. Rejects when it is not let in. */
export type Connect = (listener: WireListener) => Promise<Wire>;
