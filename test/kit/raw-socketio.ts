import { WebSocket } from 'ws';
import { within } from './within.js';

const NAMESPACE = '/rooms';

/** Socket.IO's packets by hand, so that what a stock client would hold back is sent. Source: socket.io-protocol v5, engine.io-protocol v4. */
export class RawSocketIo {
  /** Packets that came, as they were. */
  readonly packets: string[] = [];
  readonly ended: Promise<void>;
  readonly #socket: WebSocket;
  #ack = 0;

  private constructor(url: string) {
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    this.ended = new Promise((resolve) => {
      this.#socket.once('close', () => resolve());
      this.#socket.once('error', () => resolve());
    });
    this.#socket.on('message', (packet: Buffer) => this.packets.push(packet.toString()));
  }

  /** With its engine open and no namespace joined. */
  static async open(url: string): Promise<RawSocketIo> {
    const raw = new RawSocketIo(url);
    const opened = new Promise<void>((resolve) => {
      raw.#socket.once('message', () => resolve());
    });
    await within('engine.io', opened);
    return raw;
  }

  /** Asks to be let in to the rooms. */
  connect(auth: object): void {
    this.#socket.send(`40${NAMESPACE},${JSON.stringify(auth)}`);
  }

  /** An operation, with an ack asked for. */
  emit(op: string, body: object): void {
    this.#socket.send(`42${NAMESPACE},${this.#ack}${JSON.stringify([op, body])}`);
    this.#ack += 1;
  }

  close(): void {
    this.#socket.terminate();
  }
}
