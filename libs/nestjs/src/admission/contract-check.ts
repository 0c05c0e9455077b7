import { InvalidError, validate, type RoomContract, type Schema, type Validated } from '@greenroom/rooms';

/** A checked value, or a promise of it if the schema has to wait. */
export type Checked = unknown;

/** @throws InvalidError, or rejects with it */
const checked = (what: string, schema: Schema, value: unknown): Checked => {
  const result = validate(schema, value);
  return result instanceof Promise ? result.then((late) => valueOf(what, late)) : valueOf(what, result);
};

const valueOf = (what: string, result: Validated): unknown => {
  if (!result.ok) throw new InvalidError(what, result.issues);
  return result.value;
};

/** Whether a name that a client sent is one of the contract's own. */
export const has = (part: object | undefined, name: string): boolean => part !== undefined && Object.hasOwn(part, name);

/** @throws InvalidError, or rejects with it. The command is one of the contract's. */
export const checkCommand = (contract: RoomContract, name: string, data: unknown): Checked => {
  const part = contract.commands[name] as RoomContract['commands'][string];
  return checked(`data of ${name}`, '~standard' in part ? part : part.data, data);
};

/** @throws InvalidError, or rejects with it. The signal is one of the contract's. */
export const checkSignal = (contract: RoomContract, name: string, data: unknown): Checked =>
  checked(`data of ${name}`, contract.signals?.[name] as Schema, data);

/** Join data; nothing where the contract asks for none, whatever was sent. @throws InvalidError */
export const checkJoin = async (contract: RoomContract, data: unknown): Promise<unknown> =>
  contract.join === undefined ? undefined : checked('join data', contract.join, data);

/** Params; `undefined` is taken for `{}`. Nothing where the contract has none. @throws InvalidError */
export const checkParams = async (contract: RoomContract, params: unknown): Promise<unknown> =>
  contract.params === undefined ? {} : checked('params', contract.params, params ?? {});

/** A member without their id. @throws InvalidError */
export const checkProfile = async (contract: RoomContract, profile: unknown): Promise<object> => {
  const value = contract.member === undefined ? profile : await checked('member', contract.member, profile);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidError('member', [{ path: [], message: 'Expected an object.' }]);
  const { id: _, ...rest } = value as Record<string, unknown>;
  return rest;
};
