import 'reflect-metadata';
import { UnauthenticatedError, type Authenticated, type Authenticator } from '@greenroom/nestjs';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** Believes tokens of the form `name` or `name@<when it ends, milliseconds since 1970>`. */
export const byName: Authenticator = {
  authenticate: ({ token }): Promise<Authenticated> => {
    const [, name, end] = /^([a-z0-9-]+)(?:@(\d+))?$/.exec(token) ?? [];
    if (name === undefined) return Promise.reject(new UnauthenticatedError());
    return Promise.resolve({ user: { id: name, name }, expiresAt: end === undefined ? undefined : Number(end) });
  },
};

/** Nest applications of one spec file, in this process and on ports of their own. */
export class Apps {
  readonly #all: INestApplication[] = [];

  /** @returns where it listens */
  async start(parts: ModuleMetadata): Promise<string> {
    @Module(parts)
    class App {}
    const app = await NestFactory.create(App, { logger: false, abortOnError: false });
    this.#all.push(app);
    await app.listen(0, '127.0.0.1');
    return app.getUrl();
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.splice(0).map((app) => app.close()));
  }
}
