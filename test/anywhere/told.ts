/** Made anew each time: epochs, secrets, times and the ids that a room gives. */
const OWN_ID = /^[0-9a-z]{7,}(-[0-9a-z]+)$/;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** What somebody was told, without what is another each time, and whatever their carrier is. */
export const told = (room: string, what: unknown): unknown => {
  const id = room.slice(room.indexOf('/') + 1);
  const names = new Map<unknown, string>();
  const named = (key: string, value: unknown): string => {
    const name = names.get(value) ?? `${key} ${names.size}`;
    names.set(value, name);
    return name;
  };
  const look = (value: unknown, key = ''): unknown => {
    if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('base64')}`;
    if (value instanceof Set || Array.isArray(value)) return Array.from(value, (each) => look(each));
    if (isObject(value) && '$bytes' in value) return `bytes ${String(value.$bytes)}`;
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([at, field]) => [at, look(field, at)]));
    if (key === 'epoch' || key === 'session') return named(key, value);
    if (key === 'at' && typeof value === 'number') return 'then';
    return typeof value === 'string' ? value.replaceAll(id, 'ROOM').replace(OWN_ID, '$1') : value;
  };
  return look(what);
};
