import { Injectable } from '@nestjs/common';
import { EntryProvider } from './entry-provider.js';

/**
 * Stands for the gateway where global enhancers are request-scoped. Nest makes those for entry providers alone, which a
 * gateway must not become: it would lose the one instance that holds its sockets.
 */
@Injectable()
@EntryProvider()
export class ConnectDoor {}
