import { get } from 'node:http';
import { connect, type Socket } from 'node:net';

const HOST = '127.0.0.1';
/** A node that takes longer to accept a connection, or to say that it is ready, does not take any. Milliseconds. */
const PATIENCE_MS = 1000;

/** A node as the balancer knows it: where it listens, and whether it takes traffic. */
export class Backend {
  #port: number | undefined;
  #isReady = false;
  #isHeld = false;

  constructor(readonly name: string) {}

  get takesTraffic(): boolean {
    return this.#port !== undefined && this.#isReady && !this.#isHeld;
  }

  /** Where it listens from now on; `undefined`: nowhere. It takes traffic once it is found ready there. */
  listensOn(port: number | undefined): void {
    if (port === this.#port) return;
    this.#port = port;
    this.#isReady = false;
  }

  /** While it is held nothing new goes there, ready or not. What goes through goes on. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
  }

  /** Opens a connection. Rejects when there is none to be had: it is out at once then, until it is found ready again. */
  async connect(): Promise<Socket> {
    try {
      return await opened(this.#port);
    } catch (error) {
      this.#isReady = false;
      throw error;
    }
  }

  /** Asks whether it is ready. */
  async check(): Promise<void> {
    const port = this.#port;
    const isReady = port !== undefined && (await answersReady(port));
    // It may have been told to be elsewhere meanwhile.
    if (port === this.#port) this.#isReady = isReady;
  }
}

const opened = (port: number | undefined): Promise<Socket> =>
  new Promise((resolve, reject) => {
    if (port === undefined) return reject(new Error('it listens nowhere'));
    const socket = connect({ host: HOST, port, allowHalfOpen: true, noDelay: true });
    const late = setTimeout(() => socket.destroy(new Error('it does not accept')), PATIENCE_MS);
    socket.once('error', (error) => {
      clearTimeout(late);
      reject(error);
    });
    socket.once('connect', () => {
      clearTimeout(late);
      resolve(socket);
    });
    return undefined;
  });

const answersReady = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const request = get({ host: HOST, port, path: '/readyz', agent: false, timeout: PATIENCE_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('close', () => resolve(false));
    request.on('error', () => resolve(false));
  });
