/** As much of Colyseus as its server here needs: its packages are in the benchmark's own install, not in the repository's. */
declare module '@colyseus/core' {
  export interface Client {
    readonly sessionId: string;
    userData?: { readonly user: string };
  }
  export class Room {
    maxClients: number;
    patchRate: number | null;
    onMessage<T>(type: string, schema: object, handler: (client: Client, message: T) => unknown): void;
    broadcast(type: string, message: object): void;
  }
  export class Server {
    constructor(options: { transport: object; greet: boolean });
    define(name: string, room: new () => Room): { filterBy(options: readonly string[]): void };
    listen(port: number, host: string): Promise<void>;
  }
}

declare module '@colyseus/ws-transport' {
  import type { Server } from 'node:http';

  export class WebSocketTransport {
    constructor(options: { server: Server });
  }
}
