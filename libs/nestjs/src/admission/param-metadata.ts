import { ConnectedSocket, MessageBody } from '@nestjs/websockets';

interface Param {
  readonly index: number;
  readonly data?: unknown;
}

// Learned from Nest's decorators themselves: the package roots do not export where they write.
class Sample {
  method(): void {}
}
const written = (decorate: ParameterDecorator, index: number): { key: string; type: number } => {
  decorate(Sample.prototype, 'method', index);
  const key = Reflect.getOwnMetadataKeys(Sample, 'method')[0] as string;
  const params = Reflect.getOwnMetadata(key, Sample, 'method') as Record<string, Param>;
  const [name] = Object.entries(params).find(([, param]) => param.index === index) ?? [];
  return { key, type: Number(name?.split(':')[0]) };
};
const body = written(MessageBody(), 0);
const socket = written(ConnectedSocket(), 1);

/** Where Nest's parameter decorators write, for `ExternalContextCreator.create`. */
export const PARAMS_KEY = body.key;

/** Finds a parameter's value in the arguments `(connection, data, matter, pattern)`. */
export const paramsFactory = {
  exchangeKeyForValue(type: number, property: unknown, args: readonly unknown[]): unknown {
    if (type === socket.type) return args[0];
    if (type !== body.type) return undefined;
    const data = args[1] as Record<string, unknown> | null | undefined;
    return typeof property === 'string' ? data?.[property] : data;
  },
};

/** Whether Nest's parameter decorators say what the method is given. */
export const hasParameters = (host: object, method: string): boolean =>
  Reflect.getMetadata(PARAMS_KEY, host, method) !== undefined;

/**
 * Positions of the parameters that take the whole of the data (`@MessageBody()`); none when any takes but a part of it
 * (`@MessageBody('text')`), for then the whole must be checked before it is taken apart.
 */
export const wholeBodyPositions = (host: object, method: string): readonly number[] => {
  const params = (Reflect.getMetadata(PARAMS_KEY, host, method) ?? {}) as Record<string, Param>;
  const bodies = Object.keys(params)
    .filter((key) => key.startsWith(`${body.type}:`))
    .flatMap((key) => params[key] ?? []);
  return bodies.some(({ data }) => data !== undefined && data !== null) ? [] : bodies.map(({ index }) => index);
};
