import { useLayoutEffect, useState } from 'preact/hooks';

/** A value that is replaced, never changed, and whoever wants to know of it. */
export class Store<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }

  update(change: (value: T) => T): void {
    this.set(change(this.#value));
  }

  /** Returns what stops it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** The store's value; what uses it is shown again when that changes. */
export const useStore = <T>(store: Store<T>): T => {
  const [, setTick] = useState(0);
  useLayoutEffect(() => {
    const seen = store.value;
    const stop = store.subscribe(() => setTick((tick) => tick + 1));
    if (seen !== store.value) setTick((tick) => tick + 1);
    return stop;
  }, [store]);
  return store.value;
};
