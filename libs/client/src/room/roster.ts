import type { LeaveReason, PresencePush, WireMember } from '@greenroom/protocol';

/** Who came and who went. Somebody whose profile changed has come again. */
export interface MembersChange {
  readonly joined: readonly WireMember[];
  readonly left: readonly { readonly id: string; readonly reason?: LeaveReason }[];
}

/** Who is in a room, as far as the client was told: the first hundred, and whoever came since. */
export class Roster {
  #members = new Map<string, WireMember>();
  #list: readonly WireMember[] | undefined;
  /** News up to here is in the list already. */
  #since = 0;
  count = 0;

  /** A new array after each change, and only then. */
  get members(): readonly WireMember[] {
    return (this.#list ??= [...this.#members.values()]);
  }

  /** A new baseline, at a `seq` of the room. */
  replace(members: readonly WireMember[], count: number, since: number): MembersChange {
    const old = this.#members;
    this.#members = new Map(members.map((member) => [member.id, member]));
    this.#list = undefined;
    this.#since = since;
    this.count = count;
    return {
      joined: members.filter(({ id }) => !old.has(id)),
      left: [...old.keys()].filter((id) => !this.#members.has(id)).map((id) => ({ id })),
    };
  }

  /** `undefined`: it was known already. */
  apply({ at, joined, left, count }: PresencePush): MembersChange | undefined {
    if (at <= this.#since) return undefined;
    this.#list = undefined;
    this.count = count;
    for (const { id } of left) this.#members.delete(id);
    for (const member of joined) this.#members.set(member.id, member);
    return { joined, left };
  }
}
