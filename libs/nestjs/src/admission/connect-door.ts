import { Injectable, SetMetadata } from '@nestjs/common';

/**
 * Stands for the gateway where global enhancers are request-scoped. Nest makes those for entry providers alone, which a
 * gateway must not become: it would lose the one instance that holds its sockets.
 */
@Injectable()
@SetMetadata('__entryProvider__', true)
export class ConnectDoor {}
