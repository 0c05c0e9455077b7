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

  /** 503 while starting or draining, and while the store takes no writes or the other nodes are out of reach. */
  @Get('readyz')
  readyz() {
    if (this.rooms.isReady()) return { status: 'ready' };
    if (!this.rooms.isStoreWell()) throw new ServiceUnavailableException('store');
    throw new ServiceUnavailableException(this.rooms.isConnected() ? this.rooms.phase : 'cut off');
  }
}
