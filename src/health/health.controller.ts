import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import { READINESS, type Readiness } from './readiness.js';

/** For whoever runs this process: restart it when it is not alive, send it no traffic when it is not ready. */
@Controller()
export class HealthController {
  constructor(@Inject(READINESS) private readonly readiness: Readiness) {}

  @Get('healthz')
  healthz() {
    return { status: 'alive' };
  }

  /** 503 while starting or draining. */
  @Get('readyz')
  readyz() {
    if (!this.readiness.isReady()) throw new ServiceUnavailableException('not ready');
    return { status: 'ready' };
  }
}
