/** Who waits for what becomes of a request: one of the two is called, once. */
export interface Asker<Reply = unknown> {
  resolve(reply: Reply): void;
  /** With anything that was thrown. */
  reject(error: unknown): void;
}

export const answerLater = (asker: Asker, reply: Promise<unknown>): void => {
  reply.then(
    (value) => asker.resolve(value),
    (error: unknown) => asker.reject(error),
  );
};
