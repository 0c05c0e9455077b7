import { RoomsHealth } from '@greenroom/nestjs';
import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';

/** For whoever runs this process: restart it when it is not alive, send it no traffic when it is not ready. */
@Controller()
export class HealthController {
  constructor(private readonly rooms: RoomsHealth) {}

  /** 503 once it has stopped. */
  @Get('healthz')
  healthz() {
    if (!this.rooms.isAlive()) throw new ServiceUnavailableException('stopped');
    return { status: 'alive' };
  }

  /** 503 while starting or draining, and while the store takes no writes. */
  @Get('readyz')
  readyz() {
    if (!this.rooms.isReady())
      throw new ServiceUnavailableException(this.rooms.isStoreWell() ? this.rooms.phase : 'store');
    return { status: 'ready' };
  }
}
