/** Does the same with each of many things, so many at a time. Rejects with the first failure. */
export const eachOf = async <T>(
  things: Iterable<T>,
  atOnce: number,
  work: (thing: T) => Promise<unknown>,
): Promise<void> => {
  const left = things[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
};
