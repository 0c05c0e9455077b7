import { Room } from '@greenroom/nestjs';
import { Echo } from './echo.contract.js';
import { echoMachine } from './echo.machine.js';

@Room(Echo, { machine: echoMachine, durability: 'memory' })
export class EchoRoom {}
