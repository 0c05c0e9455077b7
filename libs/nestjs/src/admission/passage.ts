/**
 * The one way into the room for one operation. Only the innermost handler takes it; whoever refuses or answers before
 * leaves it untaken.
 */
export class Passage<Admitted, Reply> {
  #reply: Promise<Reply> | undefined;

  constructor(private readonly go: (admitted: Admitted) => Promise<Reply>) {}

  /** Goes in. Again (an interceptor that subscribes twice): the same reply, the room is not asked anew. */
  enter(admitted: Admitted): Promise<Reply> {
    this.#reply ??= this.go(admitted);
    return this.#reply;
  }

  /** What the room answers; `undefined` when nobody went in. */
  get reply(): Promise<Reply> | undefined {
    return this.#reply;
  }
}
