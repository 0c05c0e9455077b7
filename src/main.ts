import 'reflect-metadata';
import { RedisUnfitError } from '@greenroom/redis';
import { DataDirError } from '@greenroom/store-lmdb';
import { PostgresUnfitError } from '@greenroom/store-postgres';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { loadSecret } from './auth/secret.js';
import { ConfigError, readConfig } from './config.js';
import { limitHttp } from './http-limits.js';
import { PinoLogger } from './logger.js';
import { openStore } from './store.js';

const serve = async (): Promise<void> => {
  const config = readConfig(process.env);
  if (config instanceof ConfigError) throw config;
  const logger = new PinoLogger(config.logLevel);
  Logger.overrideLogger(logger);
  const secret = await loadSecret(config);
  const store = await openStore(config);
  try {
    const { allowedOrigins, trustProxy, rateLimit, operatorToken } = config;
    const module = AppModule.with({ secret, store, allowedOrigins, trustProxy, rateLimit, operatorToken });
    const app = await NestFactory.create(module, {
      logger,
      abortOnError: false,
      // A connection that never asked for anything would hold up the end for a minute.
      forceCloseConnections: true,
    });
    // Stopped in good order is no failure: 0, not killed by a signal.
    app.enableShutdownHooks([], { useProcessExit: true });
    limitHttp(app.getHttpServer());
    await app.listen(config.port, config.host);
    if (config.redisUrl !== undefined && config.jwtSecret === undefined)
      logger.warn('JWT_SECRET is unset: only processes that share DATA_DIR know the tokens of each other');
    if (!rateLimit) logger.warn('RATE_LIMIT is off: rates and connection counts are unlimited');
    logger.log(`Listening on ${await app.getUrl()}`);
  } catch (error) {
    await store.close();
    throw error;
  }
};

/** System calls that fail for a HOST or PORT that cannot be had. */
const LISTENING: ReadonlySet<unknown> = new Set(['listen', 'getaddrinfo']);

/** What the operator can put right is one line; what only a programmer can has a stack. */
const isOperators = (error: unknown): boolean =>
  error instanceof ConfigError ||
  error instanceof DataDirError ||
  error instanceof RedisUnfitError ||
  error instanceof PostgresUnfitError ||
  LISTENING.has((error as NodeJS.ErrnoException).syscall);

try {
  await serve();
} catch (error) {
  const { message, stack } = error as Error;
  process.stderr.write(`greenroom: ${isOperators(error) ? message : (stack ?? String(error))}\n`);
  process.exit(1);
}
