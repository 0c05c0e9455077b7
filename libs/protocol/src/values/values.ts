import { Packr } from 'msgpackr';

/** Plain MessagePack: no records, no shared structures, so that each value can be read by itself, by anything. */
const OPTIONS = {
  useRecords: false,
  variableMapSize: true,
  int64AsType: 'number',
  copyBuffers: true,
  // By itself msgpackr writes nothing in its place.
  writeFunction: () => {
    throw new TypeError('A function is not data');
  },
} as const;
const packr = new Packr({ ...OPTIONS, mapsAsObjects: true });
const exactPackr = new Packr({ ...OPTIONS, mapsAsObjects: false });

/** A copy of the value as bytes. Throws at what is not plain data: functions, symbols, cycles. */
export const encodeValue = (value: unknown): Buffer => packr.pack(value);

/** The value, of objects, arrays and `Uint8Array`s of its own. Throws at what is not one value, and nothing else. */
export const decodeValue = (bytes: Buffer): unknown => read(bytes, (reader, view) => reader.unpack(view));

/** The values that stand one behind the other. */
export const decodeValues = (bytes: Buffer): unknown[] =>
  read(bytes, (reader, view) => reader.unpackMultiple(view)) as unknown[];

function read(bytes: Buffer, unpack: (reader: Packr, view: Uint8Array) => unknown): unknown {
  // A view that is no Buffer, so that the bytes inside come out as Uint8Arrays.
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // msgpackr renames this key in objects, but not in Maps.
  return bytes.includes('__proto__') ? withObjects(unpack(exactPackr, view)) : unpack(packr, view);
}

/** Turns Maps into objects; `fromEntries` defines keys and never assigns them, so that `__proto__` is one like another. */
function withObjects(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withObjects);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries(Array.from(value, ([key, field]): [string, unknown] => [String(key), withObjects(field)]));
}
