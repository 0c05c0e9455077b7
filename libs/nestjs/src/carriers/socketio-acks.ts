import type { Socket } from 'socket.io';
import { weigh } from '../limits/weight.js';
import type { SocketIoOutlet } from './socketio-outlet.js';
import type { SocketIoPackets } from './socketio-packets.js';

/** Socket.IO's packet type. Source: github.com/socketio/socket.io-protocol. */
const ACK = 3;

interface Packet {
  readonly type: number;
  readonly id?: number;
  readonly data?: readonly unknown[];
}

/** What is looked at below Socket.IO's types; of another shape, its own way is taken. */
interface SocketInside {
  packet?: (packet: Packet, options?: object) => void;
}

/** Has a socket's acks leave as its pushes do, in order with them and in one write. */
export function sendAcksThrough(outlet: SocketIoOutlet, socket: Socket, packets: SocketIoPackets, most: number): void {
  const inside = socket as unknown as SocketInside;
  const own = inside.packet;
  if (own === undefined) return;
  inside.packet = (packet, options) => {
    const { type, id, data = [] } = packet;
    const encoded = type === ACK && id !== undefined ? packets.ack(id, data) : undefined;
    if (encoded !== undefined) return outlet.write(encoded);
    if (type === ACK) outlet.expect(weigh(data, most));
    own.call(socket, packet, options);
  };
}
