import { WebSocketGateway, type OnGatewayInit } from '@nestjs/websockets';
import type { Server } from 'socket.io';

/** Socket.IO's own namespace `/` would take anybody and keep them: nothing here needs it. */
@WebSocketGateway()
export class ClosedRootGateway implements OnGatewayInit<Server> {
  afterInit(server: Server): void {
    server.use((_, next) => next(new Error('Connect to the namespace /rooms.')));
  }
}
