import { DefinitionError, type Clock, type RoomsNode, type RoomStore, type Users } from '@greenroom/rooms';
import {
  Inject,
  Injectable,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type Type,
} from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { ConnectDoor } from './admission/connect-door.js';
import { EnhancedAdmission } from './admission/enhanced-admission.js';
import { Host, type ProviderRecord } from './admission/host.js';
import { Pipelines } from './admission/pipelines.js';
import { RoomExplorer } from './discovery/room-explorer.js';
import type { NodePorts } from './cluster/open-ports.js';
import { spreadSockets } from './cluster/spread-sockets.js';
import { Connections } from './gateway/connections.js';
import { ROOMS_CLOCK, ROOMS_NODE, ROOMS_USERS } from './gateway/gateway.tokens.js';
import { RoomsHealth } from './health/rooms-health.js';
import { gatewayOptionsOf } from './sockets/adapter-paths.js';
import { ROOMS_GATEWAY, ROOMS_PORTS, ROOMS_STORE } from './rooms.tokens.js';

/** A store that is not closed by then is left to the end of the process: what it acknowledged is kept. Milliseconds. */
const CLOSING_MS = 1000;

/** Starts the rooms when the app does, and ends them in good order while sockets are still open. */
@Injectable()
export class RoomsLifecycle implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  #stopServing = (): void => {};

  constructor(
    private readonly explorer: RoomExplorer,
    private readonly admission: EnhancedAdmission,
    private readonly pipelines: Pipelines,
    private readonly discovery: DiscoveryService,
    private readonly health: RoomsHealth,
    @Inject(ROOMS_NODE) private readonly node: RoomsNode,
    @Inject(ROOMS_PORTS) private readonly ports: NodePorts,
    @Inject(ROOMS_STORE) private readonly store: RoomStore,
    @Inject(ROOMS_USERS) private readonly users: Users,
    @Inject(ROOMS_CLOCK) private readonly clock: Clock,
    private readonly connections: Connections,
    @Optional() @Inject(ROOMS_GATEWAY) private readonly gateway: Type<object> | undefined,
  ) {}

  /** Global enhancers that the app adds before it listens are all known by now. */
  async onApplicationBootstrap(): Promise<void> {
    const definitions = await this.explorer.explore();
    for (const { kind } of definitions) this.node.register(kind);
    this.admission.open(definitions, this.#entrance());
    this.#spreadSockets();
    const isConnected = this.#watchNodes();
    this.#stopServing = await this.users.serve(this.node.id, (user, reason) => {
      this.connections.disconnectUser(user, reason);
    });
    await this.node.start();
    this.health.watch(() => this.node.isWell, isConnected);
    this.health.enter('ready');
  }

  /** Nest's first word of a shutdown: nobody is sent here any more before the first connection is told to go. */
  onModuleDestroy(): void {
    this.health.enter('draining');
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.connections.drain('shutting down');
    await this.node.drain();
    this.#stopServing();
    const late = new Promise<void>((resolve) => this.clock.after(CLOSING_MS, resolve));
    await Promise.race([this.#close(), late]);
    this.health.enter('stopped');
  }

  async #close(): Promise<void> {
    await this.store.close();
    if ('close' in this.ports) await this.ports.close();
  }

  /** @returns whether the nodes count on this one */
  #watchNodes(): () => boolean {
    if (!('directory' in this.ports)) return () => true;
    let isAmongThem = false;
    this.ports.directory.watch((nodes) => (isAmongThem = nodes.includes(this.node.id)));
    return () => isAmongThem;
  }

  /** Every gateway has its server by now, and nothing has connected. */
  #spreadSockets(): void {
    if (!('adapter' in this.ports) || this.ports.adapter === undefined) return;
    const gateways = this.discovery.getProviders().filter(({ metatype }) => gatewayOptionsOf(metatype) !== undefined);
    spreadSockets(
      gateways.map(({ instance }) => instance as object),
      this.ports.adapter,
    );
  }

  /** What guards connecting: the gateway, behind the door where global enhancers are request-scoped. */
  #entrance(): { host: Host; instance: object } {
    const records = this.discovery.getProviders();
    const door = new Host(records.find(({ metatype }) => metatype === ConnectDoor) as ProviderRecord);
    this.pipelines.ensureGuarded(door);
    const record = records.find(({ token }) => token === this.gateway);
    if (this.gateway === undefined || record === undefined) return { host: door, instance: new ConnectDoor() };
    const host = new Host(record);
    if (host.isScoped)
      throw new DefinitionError(
        `${host.class.name}, or a guard on it, is request-scoped: a gateway has one instance, which holds its sockets.`,
      );
    const globals = door.record.getEnhancersMetadata() ?? [];
    return { host: globals.length === 0 ? host : door, instance: host.instance };
  }
}
