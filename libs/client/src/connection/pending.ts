import type { Reply } from '@greenroom/protocol';
import type { Environment } from '../environment.js';

/** Told the reply, or nothing: the link was lost, and what the server did with it is not known. */
export type Answered = (reply: Reply | undefined) => void;

/** What was asked on a link and is not answered yet. */
export class Pending {
  readonly #byRef = new Map<number, { readonly answered: Answered; readonly cancel: () => void }>();

  constructor(private readonly environment: Environment) {}

  /** `late` is called when there is no answer within so many milliseconds. */
  add(ref: number, answered: Answered, withinMs: number, late: () => void): void {
    this.#byRef.set(ref, { answered, cancel: this.environment.after(withinMs, late) });
  }

  /** A reply nobody waits for is ignored: the server may repeat itself. */
  answer(ref: number, reply: Reply): void {
    const pending = this.#byRef.get(ref);
    if (pending === undefined) return;
    this.#byRef.delete(ref);
    pending.cancel();
    pending.answered(reply);
  }

  lose(): void {
    const lost = [...this.#byRef.values()];
    this.#byRef.clear();
    for (const { cancel } of lost) cancel();
    for (const { answered } of lost) answered(undefined);
  }
}
