import { Room } from '@greenroom/nestjs';
import { UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Ledger, Shelf, Talk } from './bench.contract.js';
import { benchMachine } from './bench.machine.js';

class SignedIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToWs().getClient().user !== undefined;
  }
}

/** More than the default of 1000, for the scenario that asks for it. */
const maxMembers = 10_000;

@Room(Talk, { machine: benchMachine, durability: 'memory', maxMembers })
@UseGuards(SignedIn)
export class TalkRoom {}

@Room(Ledger, { machine: benchMachine, durability: 'fsync', passivateAfter: '1s' })
@UseGuards(SignedIn)
export class LedgerRoom {}

@Room(Shelf, { machine: benchMachine, durability: 'fsync', passivateAfter: '1h' })
@UseGuards(SignedIn)
export class ShelfRoom {}
