import { InvalidError, validate, type RoomContract, type Schema } from '@greenroom/rooms';

/** @throws InvalidError */
const checked = async (what: string, schema: Schema, value: unknown): Promise<unknown> => {
  const result = await validate(schema, value);
  if (!result.ok) throw new InvalidError(what, result.issues);
  return result.value;
};

/** Whether a name that a client sent is one of the contract's own. */
export const has = (part: object | undefined, name: string): boolean => part !== undefined && Object.hasOwn(part, name);

/** @throws InvalidError. The command is one of the contract's. */
export const checkCommand = (contract: RoomContract, name: string, data: unknown): Promise<unknown> => {
  const part = contract.commands[name] as RoomContract['commands'][string];
  return checked(`data of ${name}`, '~standard' in part ? part : part.data, data);
};

/** @throws InvalidError. The signal is one of the contract's. */
export const checkSignal = (contract: RoomContract, name: string, data: unknown): Promise<unknown> =>
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
