import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { loadSecret } from './auth/secret.js';
import { ConfigError, readConfig } from './config.js';
import { PinoLogger } from './logger.js';

const serve = async (): Promise<void> => {
  const config = readConfig(process.env);
  if (config instanceof ConfigError) throw config;
  const logger = new PinoLogger(config.logLevel);
  const secret = await loadSecret(config);
  const app = await NestFactory.create(AppModule.with({ secret }), { logger, abortOnError: false });
  app.enableShutdownHooks();
  await app.listen(config.port, config.host).catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  if (!config.rateLimit) logger.warn('RATE_LIMIT is off: rates and connection counts are unlimited');
  logger.log(`Listening on ${await app.getUrl()}`);
};

try {
  await serve();
} catch (error) {
  // One line for what the operator can put right; a stack for what only a programmer can.
  const mistake = error instanceof ConfigError || (error as NodeJS.ErrnoException).syscall === 'listen';
  process.stderr.write(
    `greenroom: ${mistake ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`,
  );
  process.exit(1);
}
