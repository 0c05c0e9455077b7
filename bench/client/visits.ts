import type { Crowd } from './crowd.js';
import type { Member } from './member.js';

/** Rooms that are made by joining them, and left at once. */
export interface Visits {
  readonly kind: 'ledger' | 'shelf';
  /** Number of the first. */
  readonly from: number;
  readonly count: number;
  /** Below what a connection may be in: 64. */
  readonly atOnce: number;
}

/** Members go through the rooms, each through its share. */
export const visit = async ({ rooms }: Crowd, { kind, from, count, atOnce }: Visits): Promise<void> => {
  const members = rooms.flatMap((room) => room.members);
  let next = 0;
  const walk = async (member: Member): Promise<void> => {
    for (let n = next++; n < count; n = next++) {
      const address = `${kind}/v${from + n}`;
      await member.join(address);
      await member.leave(address);
    }
  };
  await Promise.all(members.flatMap((member) => Array.from({ length: atOnce }, () => walk(member))));
};
