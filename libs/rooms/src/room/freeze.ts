const isPlain = (value: object): boolean => {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/**
 * Freezes plain objects and arrays all through, so that a machine which changes its context in place is caught where it
 * does so. What is frozen already is not looked into again; actors and bytes are left alone.
 */
export const deepFreeze = (value: unknown): void => {
  const queue: unknown[] = [value];
  while (queue.length > 0) {
    const next = queue.pop();
    if (typeof next !== 'object' || next === null || Object.isFrozen(next) || !isPlain(next)) continue;
    Object.freeze(next);
    queue.push(...Object.values(next));
  }
};
