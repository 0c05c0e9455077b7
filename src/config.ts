import { z } from 'zod';

/** How the demo runs, read once from the environment. */
export interface Config {
  /** 0 lets the system choose. @default 8000 */
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host: string;
  /** Where the embedded store and the secret are kept. @default './data' */
  readonly dataDir: string;
  /** Signs tokens, at least 32 bytes. Unset: one is made and kept in `dataDir`. */
  readonly jwtSecret?: string;
  /** Origins, besides the server's own, whose pages may connect; `*` is every page. @default [] */
  readonly allowedOrigins: readonly string[];
  /** How many proxies in front are ours. @default 0 */
  readonly trustProxy: number;
  /** @default 'redis' where `REDIS_URL` is set, else 'lmdb' */
  readonly store: (typeof STORES)[number];
  /** What several processes share; with `store` `redis` or `postgres`. */
  readonly redisUrl?: string;
  /** With `store` `postgres`. */
  readonly databaseUrl?: string;
  /** `false` lifts rates and connection counts, for benchmarks. @default true */
  readonly rateLimit: boolean;
  /** Who has it may ask what this node does. Unset: nobody may. */
  readonly operatorToken?: string;
  /** @default 'info' */
  readonly logLevel: LogLevel;
}

const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const STORES = ['lmdb', 'memory', 'redis', 'postgres'] as const;

/** Everything that is wrong with the environment, in one line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const quoted = (value: unknown): string => JSON.stringify(value);
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: ({ input }) => `must be ${values.join(', ')}, not ${quoted(input)}` });

const text = (what: string) => z.string().trim().min(1, `must be ${what}`);

const port = z
  .string()
  .refine((value) => /^\d{1,5}$/.test(value) && Number(value) <= 65_535, {
    error: ({ input }) => `must be a port, 0 to 65535, not ${quoted(input)}`,
  })
  .transform(Number);

const isOrigin = (value: string): boolean => {
  if (value === '*') return true;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return url !== undefined && ['http:', 'https:'].includes(url.protocol) && url.origin === value.toLowerCase();
};

const origins = z
  .string()
  .transform((list) => list.split(',').map((each) => each.trim()))
  .pipe(
    z.array(
      z.string().refine(isOrigin, {
        error: ({ input }) => `has ${quoted(input)}, which is no origin such as https://app.example.com`,
      }),
    ),
  );

const urlOf = (...protocols: readonly string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    // Not quoted: it may hold a password.
    error: `must be a ${protocols.join('// or ')}// URL`,
  });

/** By Sentinels it has several hosts, which is no URL to anybody else: whoever connects looks closer. */
const redisUrl = z.union([z.string().regex(/^rediss?\+sentinel:\/\//), urlOf('redis:', 'rediss:')], {
  error: 'must be a redis://, rediss://, redis+sentinel:// or rediss+sentinel:// URL',
});

const environment = z.object({
  PORT: port.default(8000),
  HOST: text('a host name or an address').default('127.0.0.1'),
  DATA_DIR: text('a folder').default('./data'),
  JWT_SECRET: z
    .string()
    .refine((value) => Buffer.byteLength(value) >= 32, 'must be at least 32 bytes')
    .optional(),
  ALLOWED_ORIGINS: origins.default([]),
  TRUST_PROXY: z
    .string()
    .regex(/^\d$/, { error: ({ input }) => `must be how many proxies are in front, not ${quoted(input)}` })
    .transform(Number)
    .default(0),
  REDIS_URL: redisUrl.optional(),
  DATABASE_URL: urlOf('postgres:', 'postgresql:').optional(),
  STORE: oneOf(STORES).optional(),
  OPERATOR_TOKEN: z
    .string()
    .refine((value) => Buffer.byteLength(value) >= 16, 'must be at least 16 bytes')
    .optional(),
  RATE_LIMIT: oneOf(['on', 'off']).default('on'),
  LOG_LEVEL: oneOf(LOG_LEVELS).default('info'),
});

type Environment = z.infer<typeof environment>;

/** The store, or a sentence about why there is none. */
const chooseStore = ({ STORE, REDIS_URL, DATABASE_URL }: Environment): Config['store'] | ConfigError => {
  const store = STORE ?? (REDIS_URL === undefined ? 'lmdb' : 'redis');
  switch (store) {
    case 'redis':
      return REDIS_URL === undefined ? new ConfigError('STORE redis needs REDIS_URL') : store;
    case 'postgres':
      return DATABASE_URL === undefined ? new ConfigError('STORE postgres needs DATABASE_URL') : store;
    case 'lmdb':
    case 'memory':
      if (REDIS_URL === undefined) return store;
      return new ConfigError(`STORE ${store} is for one process and REDIS_URL for several: unset one of them`);
  }
};

/** An empty variable is an unset one: compose files and shells make them so. */
const given = (env: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.keys(environment.shape).map((name) => [name, env[name] === '' ? undefined : env[name]]));

/** Reads the environment; a mistake is a value, with one line that names the variable and what it should be. */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): Config | ConfigError => {
  const parsed = environment.safeParse(given(env));
  if (!parsed.success)
    return new ConfigError(parsed.error.issues.map(({ path, message }) => `${String(path[0])} ${message}`).join('; '));
  const values = parsed.data;
  const store = chooseStore(values);
  if (store instanceof ConfigError) return store;
  return {
    port: values.PORT,
    host: values.HOST,
    dataDir: values.DATA_DIR,
    ...(values.JWT_SECRET !== undefined && { jwtSecret: values.JWT_SECRET }),
    allowedOrigins: values.ALLOWED_ORIGINS,
    trustProxy: values.TRUST_PROXY,
    store,
    ...(values.REDIS_URL !== undefined && { redisUrl: values.REDIS_URL }),
    ...(store === 'postgres' && values.DATABASE_URL !== undefined && { databaseUrl: values.DATABASE_URL }),
    rateLimit: values.RATE_LIMIT === 'on',
    ...(values.OPERATOR_TOKEN !== undefined && { operatorToken: values.OPERATOR_TOKEN }),
    logLevel: values.LOG_LEVEL,
  };
};
