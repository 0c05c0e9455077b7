import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { AppReadiness, READINESS } from './readiness.js';

@Module({
  controllers: [HealthController],
  providers: [{ provide: READINESS, useClass: AppReadiness }],
})
export class HealthModule {}
