import type { TestConnection } from '@greenroom/testing';

/** One socket of a user, what the room has told it, and what it should have. */
export class Tab {
  roster = new Set<string>();
  heard: string[] = [];
  #presenceSeen = 0;

  constructor(
    readonly user: string,
    readonly connection: TestConnection,
  ) {}

  get id(): string {
    return this.connection.id;
  }

  listed(members: readonly { readonly id: string }[]): void {
    this.roster = new Set(members.map(({ id }) => id));
    this.#presenceSeen = this.connection.received('presence').length;
  }

  /** Who is in the room, as far as it was told. */
  known(): string[] {
    const presence = this.connection.received('presence');
    for (const { joined, left } of presence.slice(this.#presenceSeen)) {
      for (const { id } of left) this.roster.delete(id);
      for (const { id } of joined) this.roster.add(id);
    }
    this.#presenceSeen = presence.length;
    return [...this.roster].sort();
  }
}
