const entriesOf = (value: object): [string, unknown][] =>
  Object.entries(value).filter(([, member]) => member !== undefined);

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);

/** Whether two pieces of plain data are equal, as the log sees it: a member that is `undefined` is not there. */
export const sameData = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === 0 && b === 0;
  if (ArrayBuffer.isView(a) || ArrayBuffer.isView(b))
    return a instanceof Uint8Array && b instanceof Uint8Array && sameBytes(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = entriesOf(a);
  if (left.length !== entriesOf(b).length) return false;
  return left.every(([key, member]) => Object.hasOwn(b, key) && sameData(member, Reflect.get(b, key)));
};
