import { exceedsLimits, TRUSTED_FRAME_LIMITS, type RoomContract, type Schema } from '@greenroom/protocol';
import { isCommandWithReply, isDirected } from '../contract/contract.js';
import type { RejectCode } from '../contract/outputs.js';
import { validateNow } from '../contract/schema.js';
import type { Input } from '../log/entry.js';
import type { LogicOutput } from './logic.js';
import type { Request } from './request.js';

export interface Emission {
  readonly name: string;
  readonly data: unknown;
  readonly to?: readonly string[];
  readonly except?: readonly string[];
}

/** What a logic's outputs for one input add up to. */
export interface Verdict {
  readonly events: readonly Emission[];
  readonly reply?: { readonly data: unknown };
  readonly reject?: { readonly code: RejectCode; readonly reason: string };
  readonly kicks: readonly { readonly member: string; readonly reason: string }[];
  readonly close?: string;
  /** Stamp ids of inputs whose events are to be blanked. */
  readonly redact: readonly string[];
}

const listed = (ids: unknown): readonly string[] | undefined => {
  if (ids === undefined) return undefined;
  return [...new Set((Array.isArray(ids) ? ids : [ids]).map(String))];
};

/** What cannot cross the wire must not enter the log. @throws TypeError */
export const checkPlain = (what: string, data: unknown): void => {
  const error = exceedsLimits(data, TRUSTED_FRAME_LIMITS);
  if (error !== undefined) throw new TypeError(`${what} cannot be sent: ${error.message}`);
};

/**
 * Holds what came from outside the room to the same: one input that cannot be kept would cost its whole turn.
 * @throws TypeError
 */
export const mustBePlain = (input: Input): void => {
  if (input.type === 'command' || input.type === 'join') checkPlain(`What ${input.type} brings`, input.data);
  if (input.type === 'outside') checkPlain('What came from beside the room', input.event);
};

/**
 * The same of what is asked of a room, which may be on another node: what is written there is read as something else, or is
 * not written at all.
 * @throws TypeError
 */
export const mustTravel = (request: Request): void => {
  if (request.type === 'command') checkPlain('What command brings', request.data);
  if (request.type === 'join') checkPlain('What join brings', [request.profile, request.data, request.create?.params]);
  if (request.type === 'create') checkPlain('What a room is made with', request.params);
};

const check = (what: string, schema: Schema | undefined, data: unknown): void => {
  const checked = validateNow(schema, data);
  if (!checked.ok) throw new TypeError(`${what} is not what the contract says: ${JSON.stringify(checked.issues)}`);
};

const emission = (contract: RoomContract, output: LogicOutput, checks: boolean): Emission => {
  const part = Object.hasOwn(contract.events, output.type) ? contract.events[output.type] : undefined;
  if (part === undefined) throw new TypeError(`The machine emitted ${output.type}, which is no event of the contract.`);
  const to = listed(output['to']);
  const except = listed(output['except']);
  if (isDirected(part) && to === undefined)
    throw new TypeError(`${output.type} is directed, and was emitted to nobody.`);
  checkPlain(output.type, output['data']);
  if (checks) check(`event ${output.type}`, isDirected(part) ? part.directed : part, output['data']);
  return {
    name: output.type,
    data: output['data'],
    ...(to !== undefined && { to }),
    ...(except !== undefined && { except }),
  };
};

/**
 * Reads a logic's outputs, a closed list.
 * @throws TypeError for what the logic may not say; the input then counts as failed.
 */
export const judge = (
  contract: RoomContract,
  input: Input,
  outputs: readonly LogicOutput[],
  checks: boolean,
): Verdict => {
  const events: Emission[] = [];
  const kicks: Verdict['kicks'][number][] = [];
  const redact: string[] = [];
  let reply: Verdict['reply'];
  let reject: Verdict['reject'];
  let close: string | undefined;
  for (const output of outputs) {
    switch (output.type) {
      case 'room.reply': {
        if (input.type !== 'command') throw new TypeError('Only a command can be answered; later answers are events.');
        if (reply !== undefined) throw new TypeError(`${input.name} was answered twice.`);
        checkPlain('A reply', output['data']);
        const part = contract.commands[input.name];
        if (checks && part !== undefined && isCommandWithReply(part)) check('reply', part.reply, output['data']);
        reply = { data: output['data'] };
        break;
      }
      case 'room.reject':
        if (input.type !== 'command' && input.type !== 'join')
          throw new TypeError('Only a command or a join can be rejected.');
        reject ??= {
          code: output['code'] === 'FORBIDDEN' ? 'FORBIDDEN' : 'REJECTED',
          reason: String(output['reason']),
        };
        break;
      case 'room.kick':
        kicks.push({ member: String(output['member']), reason: String(output['reason']) });
        break;
      case 'room.close':
        close = String(output['reason']);
        break;
      case 'room.redact':
        redact.push(String(output['id']));
        break;
      default:
        events.push(emission(contract, output, checks));
    }
  }
  if (reply !== undefined && reject !== undefined) throw new TypeError('A command was both answered and rejected.');
  return {
    events,
    kicks,
    redact,
    ...(reply && { reply }),
    ...(reject && { reject }),
    ...(close !== undefined && { close }),
  };
};
