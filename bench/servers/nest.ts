import 'reflect-metadata';
import {
  Module,
  UseGuards,
  UsePipes,
  type CanActivate,
  type ExecutionContext,
  type PipeTransform,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  WsException,
  type OnGatewayInit,
} from '@nestjs/websockets';
import type { Server, Socket } from 'socket.io';
import { z } from 'zod';
import { HOST, type Message, type StartServer } from './bench-server.js';
import { signIn } from './sign-in.js';

const say = z.object({ room: z.string(), text: z.string().min(1).max(2000) });
const add = z.object({ a: z.number(), b: z.number() });

class SignedIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToWs().getClient<Socket>().data.user !== undefined;
  }
}

class Valid implements PipeTransform {
  constructor(private readonly schema: z.ZodType) {}

  transform(value: unknown, { type }: { type: string }): unknown {
    if (type !== 'body') return value;
    const parsed = this.schema.safeParse(value);
    if (!parsed.success) throw new WsException('invalid');
    return parsed.data;
  }
}

/** A gateway as Nest's documentation shows it, with the guard and the schema that Greenroom's room has. */
@WebSocketGateway({ transports: ['websocket'], perMessageDeflate: false, serveClient: false })
@UseGuards(SignedIn)
class ChatGateway implements OnGatewayInit {
  @WebSocketServer() readonly server!: Server; // set by Nest

  afterInit(server: Server): void {
    server.use(signIn);
  }

  @SubscribeMessage('join')
  async join(@ConnectedSocket() socket: Socket, @MessageBody() room: string): Promise<object> {
    await socket.join(room);
    return { ok: true };
  }

  @SubscribeMessage('say')
  @UsePipes(new Valid(say))
  say(@ConnectedSocket() socket: Socket, @MessageBody() { room, text }: z.infer<typeof say>): void {
    if (!socket.rooms.has(room)) throw new WsException('not a member');
    const message: Message = { text, from: socket.data.user, at: Date.now() };
    this.server.to(room).emit('message', message);
  }

  @SubscribeMessage('add')
  @UsePipes(new Valid(add))
  add(@MessageBody() { a, b }: z.infer<typeof add>): object {
    return { sum: a + b };
  }
}

@Module({ providers: [ChatGateway] })
class AppModule {}

export const start: StartServer = async () => {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  await app.listen(0, HOST);
  return Number(new URL(await app.getUrl()).port);
};
