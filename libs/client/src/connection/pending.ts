import type { Reply } from '@greenroom/protocol';

/** Told the reply, or nothing: the link was lost, and what the server did with it is not known. */
export type Answered = (reply: Reply | undefined) => void;

/** What was asked on a link and is not answered yet. */
export class Pending {
  readonly #byRef = new Map<number, Answered>();

  add(ref: number, answered: Answered): void {
    this.#byRef.set(ref, answered);
  }

  /** A reply nobody waits for is ignored: the server may repeat itself. */
  answer(ref: number, reply: Reply): void {
    const answered = this.#byRef.get(ref);
    this.#byRef.delete(ref);
    answered?.(reply);
  }

  lose(): void {
    const lost = [...this.#byRef.values()];
    this.#byRef.clear();
    for (const answered of lost) answered(undefined);
  }
}
