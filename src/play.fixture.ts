import { createActor, type AnyMachineSnapshot, type AnyStateMachine } from 'xstate';

interface Output {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** As the engine does in tests: a machine that changes its context in place throws where it does. */
const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
};

/** A scheduler that never fires: a spec says itself when a delay is over. */
const asleep = { now: () => 0, setTimeout: () => 0, clearTimeout: () => undefined };

/** A room's machine under plain XState, given stamped events one after the other. */
export class Play<Context> {
  readonly #machine: AnyStateMachine;
  #actor;
  #outputs: Output[] = [];
  #at = 1_000_000;
  #inputs = 0;

  constructor(machine: AnyStateMachine, params: unknown = {}) {
    this.#machine = machine;
    this.#actor = this.#start({ input: { address: 'spec/room', params, at: this.#at, seed: 1 } });
  }

  get snapshot(): AnyMachineSnapshot {
    return this.#actor.getSnapshot();
  }

  get context(): Context {
    return this.snapshot.context;
  }

  /** The stamp `id` that the last input had. */
  get lastId(): string {
    return `input-${this.#inputs}`;
  }

  /** Wall time of the next input. */
  get at(): number {
    return this.#at;
  }

  wait(ms: number): this {
    this.#at += ms;
    return this;
  }

  /** Hands in one event, stamped; what the machine answered to it. */
  send(type: string, data?: unknown, by?: { id: string }): Output[] {
    this.#outputs = [];
    this.#inputs += 1;
    this.#actor.send({ type, data, by, at: this.#at, id: this.lastId, seed: this.#inputs });
    freeze(this.context);
    return this.#outputs;
  }

  /** A delay of this state is over. */
  fire(delay: string, state: string): Output[] {
    return this.send(`xstate.after.${delay}.${this.#machine.id}.${state}`);
  }

  /** Goes on from what a store would have kept. */
  reload(): this {
    const snapshot = JSON.parse(JSON.stringify(this.#actor.getPersistedSnapshot()));
    this.#actor.stop();
    this.#actor = this.#start({ snapshot });
    return this;
  }

  #start(from: object) {
    const actor = createActor(this.#machine, { ...from, clock: asleep });
    actor.on('*', (output) => this.#outputs.push(output));
    // A throw is the spec's to look at, not the process's to die of.
    actor.subscribe({ error: () => undefined });
    actor.start();
    freeze(actor.getSnapshot().context);
    return actor;
  }
}
