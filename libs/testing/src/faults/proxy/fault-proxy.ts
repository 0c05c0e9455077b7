import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Dice } from '../dice.js';
import type { Conditions, Cut } from './conditions.js';
import { Link } from './link.js';
import { reset } from './reset.js';

/** Where a server listens. */
export interface Target {
  readonly host?: string;
  readonly port: number;
}

export interface FaultProxyOptions {
  /** Where connections go; see {@link FaultProxy.target}. */
  readonly target?: Target;
  /** What chance starts from. @default 1 */
  readonly seed?: number;
}

/** Stands between clients and a server and does to their bytes what networks do. Loopback only; no TLS of its own. */
export class FaultProxy {
  readonly #links = new Set<Link>();
  readonly #sockets = new Set<Socket>();
  readonly #dice: Dice;
  #conditions: Partial<Conditions> = {};
  #target: Target | undefined;
  #made = 0;

  /** Use {@link faultProxy}. */
  constructor(
    private readonly server: Server,
    { target, seed = 1 }: FaultProxyOptions,
  ) {
    this.#dice = new Dice(seed);
    this.#target = target;
    server.on('connection', (client) => this.#connect(client));
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** What clients connect to in place of the server. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Connections that live, oldest first. */
  get links(): readonly Link[] {
    return [...this.#links];
  }

  /** Where new connections go from now on; `undefined`: nowhere, they are reset. Those that live go on. */
  target(target: Target | undefined): void {
    this.#target = target;
  }

  /** Conditions of all connections, those to come included. `{}`: clear. */
  set(conditions: Partial<Conditions>): void {
    this.#conditions = conditions;
  }

  /** Cuts all connections. */
  cut(how: Cut): void {
    for (const link of this.links) link.cut(how);
  }

  async close(): Promise<void> {
    for (const link of this.links) link.cut('reset');
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  #connect(client: Socket): void {
    this.#keep(client);
    const target = this.#target;
    if (target === undefined) {
      reset(client);
      return;
    }
    const server = connect({ host: target.host ?? '127.0.0.1', port: target.port, allowHalfOpen: true });
    this.#keep(server);
    this.#made += 1;
    const dice = this.#dice.fork(`link ${this.#made}`);
    const gone = (link: Link): void => void this.#links.delete(link);
    this.#links.add(new Link(this.#made, client, server, () => this.#conditions, dice, gone));
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

/** Starts a proxy on a free port. */
export async function faultProxy(options: FaultProxyOptions = {}): Promise<FaultProxy> {
  const server = createServer({ allowHalfOpen: true });
  const proxy = new FaultProxy(server, options);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return proxy;
}
