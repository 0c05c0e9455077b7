import { Module, type DynamicModule } from '@nestjs/common';
import { AuthModule } from './auth/auth.module.js';
import { HealthModule } from './health/health.module.js';
import { PagesController } from './pages/pages.controller.js';

export interface AppOptions {
  /** What tokens are signed with, at least 32 bytes. */
  readonly secret: string;
}

/** The demo: a user's app. */
@Module({ imports: [HealthModule], controllers: [PagesController] })
export class AppModule {
  static with({ secret }: AppOptions): DynamicModule {
    return { module: AppModule, imports: [AuthModule.signingWith(secret)] };
  }
}
