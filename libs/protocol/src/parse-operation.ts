import { errorBody, type ErrorBody } from './error-body.js';
import { Fields } from './fields.js';
import type { Operation } from './operation.js';

export type ParsedOperation =
  { readonly ok: true; readonly operation: Operation } | { readonly ok: false; readonly error: ErrorBody };

/**
 * Reads what a client sent as the operation it says it is.
 *
 * Total: whatever a frame or a Socket.IO event can hold gives a value or an error, never a throw. Own properties only;
 * unknown fields are ignored; messages name the field and never its value. Fails with `UNKNOWN_OP`, `BAD_FRAME` (wrong
 * shape), `BAD_ADDRESS` (`room`), or `UNKNOWN_COMMAND` (a name that begins with `room.` or `xstate.`).
 * Whether the value keeps the frame's limits is not looked at: `exceedsLimits` and the codecs do that.
 */
export function parseOperation(op: unknown, body: unknown): ParsedOperation {
  const read = typeof op === 'string' ? READERS.get(op) : undefined;
  if (read === undefined) return { ok: false, error: errorBody('UNKNOWN_OP', 'op is none of this protocol') };
  if (typeof body !== 'object' || body === null || Array.isArray(body) || ArrayBuffer.isView(body)) {
    return { ok: false, error: errorBody('BAD_FRAME', 'The body of an operation is one object') };
  }
  const fields = new Fields(body);
  const operation = read(fields);
  return fields.failure === undefined ? { ok: true, operation } : { ok: false, error: fields.failure };
}

const MAX = Number.MAX_SAFE_INTEGER;

/** What each operation is made of, in the order of protocol.md. Numbers that protocol.md leaves open are in the README. */
const READERS: ReadonlyMap<string, (fields: Fields) => Operation> = new Map<string, (fields: Fields) => Operation>([
  ['hello', (f) => ({ op: 'hello', ...f.maybeInteger('v', 1, MAX), ...f.maybeTexts('caps', 64, 64) })],
  ['auth', (f) => ({ op: 'auth', ...f.text('token', 16_384) })],
  [
    'join',
    (f) => ({
      op: 'join',
      ...f.place(),
      ...f.any('params'),
      ...f.any('data'),
      ...f.maybeText('session', 256),
      ...f.maybePosition('since'),
      ...f.maybeInteger('attempt', 1, MAX),
    }),
  ],
  [
    'members',
    (f) => ({ op: 'members', ...f.place(), ...f.maybeText('after', 256), ...f.maybeInteger('limit', 1, 1000) }),
  ],
  ['leave', (f) => ({ op: 'leave', ...f.place() })],
  ['send', (f) => ({ op: 'send', ...f.place(), ...f.commandName(), ...f.any('data'), ...f.maybeText('id', 64) })],
  ['signal', (f) => ({ op: 'signal', ...f.place(), ...f.commandName(), ...f.any('data') })],
  [
    'history',
    (f) => ({ op: 'history', ...f.place(), ...f.maybeInteger('before', 1, MAX), ...f.maybeInteger('limit', 1, 1000) }),
  ],
  ['ping', (f) => ({ op: 'ping', ...f.maybeNumber('t') })],
]);
