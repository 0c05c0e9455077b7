import type { StandardSchemaV1 } from '@standard-schema/spec';

/** What can cross the wire and the log unchanged. */
type Leaf = string | number | boolean | null | undefined | Uint8Array;

/** `true` when T is made of JSON values and bytes all through. */
type IsPlain<T> = 0 extends 1 & T
  ? true // any: nothing is known, nothing is refused
  : unknown extends T
    ? true
    : [T] extends [Leaf]
      ? true
      : T extends Leaf
        ? true
        : T extends (...args: never[]) => unknown
          ? false
          : T extends Date | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | Promise<unknown> | RegExp | URL
            ? false
            : T extends bigint | symbol
              ? false
              : T extends readonly (infer E)[]
                ? IsPlain<E>
                : T extends object
                  ? false extends { [K in keyof T]-?: IsPlain<T[K]> }[keyof T]
                    ? false
                    : true
                  : false;

type SchemaOf<P> = P extends { readonly '~standard': unknown }
  ? P
  : P extends { readonly directed: infer D }
    ? D
    : P extends { readonly data: infer D; readonly reply: infer R }
      ? D | R
      : never;

type Both<S> = S extends StandardSchemaV1 ? StandardSchemaV1.InferInput<S> | StandardSchemaV1.InferOutput<S> : never;

/** The sentence that stands in the compiler's message. */
type Checked<P> =
  false extends IsPlain<Both<SchemaOf<P>>> ? 'payloads are JSON or bytes: no Date, Map, Set, bigint' : P;

type CheckedEach<T> = { readonly [K in keyof T]: Checked<T[K]> };

/** A contract with every payload that cannot cross the wire replaced by a sentence. */
export type CheckedContract<C> = {
  readonly [K in keyof C]: K extends 'commands' | 'events' | 'signals'
    ? CheckedEach<C[K]>
    : K extends 'params' | 'join' | 'member' | 'view'
      ? Checked<C[K]>
      : C[K];
};
