import { RoomsService } from '@greenroom/nestjs';
import { Controller, Get, Inject, Param, ParseIntPipe, Post } from '@nestjs/common';
import { Ledger, Shelf, Talk } from './bench.contract.js';

const CONTRACTS = new Map([Talk, Ledger, Shelf].map((contract) => [contract.kind as string, contract]));

/** Which rooms this node owns: whoever measures the way to a room has to know where it is. */
@Controller('placement')
export class PlacementController {
  constructor(@Inject(RoomsService) private readonly rooms: RoomsService) {}

  /** Makes rooms, wherever they come to be. */
  @Post(':kind/:count')
  async make(@Param('kind') kind: string, @Param('count', ParseIntPipe) count: number): Promise<void> {
    const contract = CONTRACTS.get(kind);
    if (contract === undefined) throw new Error(`there is no kind ${kind}`);
    for (let number = 0; number < count; number += 1) await this.rooms.create(contract, {}, `r${number}`);
  }

  /** Addresses. */
  @Get()
  owned(): readonly string[] {
    return this.rooms.activity({ limit: Infinity }).rooms.map(({ address }) => address);
  }
}
