/** Who waits for what becomes of a request: one of the two is called, once. */
export interface Asker<Reply = unknown> {
  resolve(reply: Reply): void;
  /** With anything that was thrown. */
  reject(error: unknown): void;
}
