import { RoomsHealth, RoomsService } from '@greenroom/nestjs';
import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { OperatorGuard } from './operator.guard.js';

/** What this node does, for whoever runs it: `npm run cluster` shows it. */
@Controller('operator')
@UseGuards(OperatorGuard)
export class OperatorController {
  constructor(
    private readonly rooms: RoomsService,
    private readonly health: RoomsHealth,
  ) {}

  @Get('activity')
  @Header('cache-control', 'no-store')
  activity() {
    return { phase: this.health.phase, ...this.rooms.activity({ limit: 1000 }) };
  }
}
