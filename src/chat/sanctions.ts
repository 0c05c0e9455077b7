/** Until when somebody may not do something. Pairs, so that no user's id can be taken for a property. */
export type Sanctions = readonly (readonly [user: string, until: number])[];

/** More at once, and those that end first are forgotten. */
export const MAX_SANCTIONS = 1000;

export const until = (sanctions: Sanctions, user: string): number =>
  sanctions.find(([each]) => each === user)?.[1] ?? 0;

/** With that one set, replacing an earlier one; what has ended by `at` is dropped. */
export const sanction = (sanctions: Sanctions, user: string, end: number, at: number): Sanctions =>
  [...sanctions.filter(([each]) => each !== user), [user, end] as const]
    .filter(([, each]) => each > at)
    .toSorted(([, a], [, b]) => a - b)
    .slice(-MAX_SANCTIONS);
