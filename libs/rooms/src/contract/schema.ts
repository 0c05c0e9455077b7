import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Schema } from '@greenroom/protocol';
import type { Issue } from '../errors.js';

export type Validated =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly issues: Issue[] };

const toIssues = (issues: readonly StandardSchemaV1.Issue[]): Issue[] =>
  issues.map(({ path, message }) => ({
    message,
    path: (path ?? []).map((part) => {
      const key = typeof part === 'object' ? part.key : part;
      return typeof key === 'number' ? key : String(key);
    }),
  }));

const settle = (result: StandardSchemaV1.Result<unknown>): Validated =>
  result.issues === undefined ? { ok: true, value: result.value } : { ok: false, issues: toIssues(result.issues) };

/** Checks a value where waiting is allowed: admission. At once if the schema can. No schema: anything goes. */
export const validate = (schema: Schema | undefined, value: unknown): Validated | Promise<Validated> => {
  if (schema === undefined) return { ok: true, value };
  const result = schema['~standard'].validate(value);
  return result instanceof Promise ? result.then(settle) : settle(result);
};

/**
 * Checks a value inside a turn, where nothing may be awaited.
 * @throws TypeError when the schema is asynchronous.
 */
export const validateNow = (schema: Schema | undefined, value: unknown): Validated => {
  if (schema === undefined) return { ok: true, value };
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) throw new TypeError('What a room emits cannot have an asynchronous schema.');
  return settle(result);
};

/** Bytes on the wire: native on Socket.IO and msgpack, `{ "$bytes": "<base64>" }` in JSON. */
export const bytes: Schema<Uint8Array> = {
  '~standard': {
    version: 1,
    vendor: 'greenroom',
    validate: (value) =>
      value instanceof Uint8Array ? { value } : { issues: [{ message: 'Expected bytes (a Uint8Array).' }] },
  },
};
