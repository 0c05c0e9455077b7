/** What the browser keeps, as JSON. A browser may keep nothing, or have something in it that is not ours. */
export class Memory<T> {
  constructor(
    private readonly storage: () => Storage,
    private readonly name: string,
    private readonly isOurs: (value: unknown) => value is T,
  ) {}

  read(): T | undefined {
    try {
      const text = this.storage().getItem(this.name);
      const value: unknown = text === null ? undefined : JSON.parse(text);
      return this.isOurs(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }

  write(value: T): void {
    try {
      this.storage().setItem(this.name, JSON.stringify(value));
    } catch {
      // It is full, or switched off: it is forgotten then.
    }
  }

  forget(): void {
    try {
      this.storage().removeItem(this.name);
    } catch {
      // There is nothing to forget.
    }
  }
}
