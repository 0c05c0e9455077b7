import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Backend } from './backend.js';
import { PollingSessions } from './polling-sessions.js';
import { relayRequest, relayUpgrade } from './relay.js';

export interface BalancerOptions {
  /** 0 lets the system choose. @default 0 */
  readonly port?: number;
  /** How often nodes are asked whether they are ready, milliseconds. @default 250 */
  readonly checkMs?: number;
}

/** A request or an upgraded connection on its way through the balancer. */
export interface Passage {
  /** Counts up from 1. */
  readonly id: number;
  /** The node's name. */
  readonly node: string;
  readonly type: 'request' | 'upgrade';
  /** Ends it for both sides; the client may come back, to another node. `reset`: RST. `finish`: FIN. */
  cut(how: 'reset' | 'finish'): void;
}

const UNAVAILABLE =
  'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: 1\r\n\r\n';

/**
 * A small load balancer: HTTP and upgrades, to the nodes that say they are ready in turn. It knows nothing of rooms: any node
 * will do, and what a node that is gone was answering is for the client to ask again. Listens on the loopback alone.
 */
export class Balancer {
  readonly #server = createServer();
  readonly #backends = new Map<string, Backend>();
  readonly #sessions = new PollingSessions();
  readonly #passages = new Set<Passage>();
  readonly #timer: NodeJS.Timeout;
  #turn = 0;
  #made = 0;

  private constructor(checkMs: number) {
    this.#server.on('request', (request, response) => void this.#request(request, response));
    this.#server.on('upgrade', (request, client, head) => void this.#upgrade(request, client as Socket, head));
    this.#timer = setInterval(() => void this.check(), checkMs);
  }

  static async listen({ port = 0, checkMs = 250 }: BalancerOptions = {}): Promise<Balancer> {
    const balancer = new Balancer(checkMs);
    balancer.#server.listen(port, '127.0.0.1');
    try {
      await once(balancer.#server, 'listening');
    } catch (error) {
      clearInterval(balancer.#timer);
      throw error;
    }
    return balancer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What goes through now, oldest first. */
  get passages(): readonly Passage[] {
    return [...this.#passages];
  }

  /** A node, by a name of one's choice. */
  backend(name: string): Backend {
    const backend = this.#backends.get(name) ?? new Backend(name);
    this.#backends.set(name, backend);
    return backend;
  }

  /** Asks all nodes whether they are ready, now. */
  async check(): Promise<void> {
    await Promise.all([...this.#backends.values()].map((backend) => backend.check()));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const passage of this.passages) passage.cut('reset');
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '/' } = request;
    const reached = await this.#reach(url);
    if (reached === undefined) {
      response.writeHead(503, { 'retry-after': '1', 'content-length': '0', connection: 'close' }).end();
      return;
    }
    const { backend, socket } = reached;
    const begins = this.#sessions.begins(url);
    this.#pass('request', backend, request.socket, socket);
    relayRequest(request, response, socket, (first) => begins && this.#sessions.began(backend, first));
  }

  async #upgrade(request: IncomingMessage, client: Socket, head: Buffer): Promise<void> {
    client.on('error', () => {});
    client.setNoDelay(true);
    const reached = await this.#reach(request.url ?? '/');
    if (reached === undefined) return void client.end(UNAVAILABLE);
    this.#pass('upgrade', reached.backend, client, reached.socket);
    return relayUpgrade(request, head, client, reached.socket);
  }

  /** A connection to the node that has to have this request, or to the next that takes one. */
  async #reach(url: string): Promise<{ readonly backend: Backend; readonly socket: Socket } | undefined> {
    const bound = this.#sessions.backendOf(url);
    for (const backend of [...(bound === undefined ? [] : [bound]), ...this.#inTurn()]) {
      if (backend !== bound && !backend.takesTraffic) continue;
      const socket = await backend.connect().catch(() => undefined);
      if (socket !== undefined) return { backend, socket };
    }
    return undefined;
  }

  /** All nodes that take traffic, another one first with each call. */
  #inTurn(): Backend[] {
    const all = [...this.#backends.values()].filter(({ takesTraffic }) => takesTraffic);
    this.#turn += 1;
    const first = this.#turn % Math.max(1, all.length);
    return [...all.slice(first), ...all.slice(0, first)];
  }

  #pass(type: Passage['type'], { name: node }: Backend, client: Duplex, socket: Socket): void {
    this.#made += 1;
    const cut = (how: 'reset' | 'finish'): void => {
      for (const side of [client as Socket, socket]) {
        if (how === 'finish') side.end();
        else side.resetAndDestroy();
      }
    };
    const passage = { id: this.#made, node, type, cut };
    this.#passages.add(passage);
    socket.on('error', () => {});
    socket.once('close', () => this.#passages.delete(passage));
  }
}
