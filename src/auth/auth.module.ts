import { Module, type DynamicModule } from '@nestjs/common';
import { AuthController } from './auth.controller.js';
import { AuthService, JWT_SECRET } from './auth.service.js';

@Module({ controllers: [AuthController], providers: [AuthService] })
export class AuthModule {
  static signingWith(secret: string): DynamicModule {
    return { module: AuthModule, providers: [{ provide: JWT_SECRET, useValue: secret }] };
  }
}
