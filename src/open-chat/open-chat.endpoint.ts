import {
  OnBinary,
  OnClose,
  OnConnect,
  OnMessage,
  WebSocketEndpoint,
  type Connection,
} from '@greenroom/nestjs/endpoint';
import { readFrame } from './frame.js';

interface Chatter {
  name?: string;
}

const nameOf = ({ data }: Connection<Chatter>): string => data.name ?? 'Anonymous';

/**
 * A chat for whoever has a WebSocket: one room, no rooms. Every page may connect, because there is nothing it could do in
 * somebody's name: no cookie and no token is ever looked at.
 */
@WebSocketEndpoint('/ws', { origins: '*' })
export class OpenChatEndpoint {
  @OnConnect()
  welcome(connection: Connection<Chatter>): void {
    connection.send(JSON.stringify({ type: 'welcome', message: 'Connected!' }));
  }

  @OnMessage()
  said(connection: Connection<Chatter>, text: string): void {
    const frame = readFrame(text);
    if (frame.type === 'join') connection.data.name = frame.username;
    const user = nameOf(connection);
    const told = frame.type === 'join' ? { type: 'join', user } : { type: 'message', user, text: frame.text };
    connection.endpoint.broadcast(JSON.stringify(told));
  }

  @OnBinary()
  passOn({ endpoint }: Connection<Chatter>, bytes: Buffer): void {
    endpoint.broadcastBinary(bytes);
  }

  @OnClose()
  goodbye(connection: Connection<Chatter>): void {
    connection.endpoint.broadcast(JSON.stringify({ type: 'leave', user: nameOf(connection) }));
  }
}
