import {
  createRoomsNode,
  DefinitionError,
  MemoryUsers,
  SystemClock,
  systemIds,
  type Clock,
  type Ids,
  type RoomStore,
  type Users,
} from '@greenroom/rooms';
import {
  ConfigurableModuleBuilder,
  Module,
  Scope,
  type DynamicModule,
  type ModuleMetadata,
  type OnModuleInit,
  type Provider,
  type Type,
} from '@nestjs/common';
import { DiscoveryModule, ModuleRef } from '@nestjs/core';
import { ConnectDoor } from './admission/connect-door.js';
import { EnhancedAdmission } from './admission/enhanced-admission.js';
import { Pipelines } from './admission/pipelines.js';
import { RoomExplorer } from './discovery/room-explorer.js';
import { Connections } from './gateway/connections.js';
import { openPorts, type NodePorts } from './cluster/open-ports.js';
import { gatewaySettings, type GatewaySettings } from './gateway/gateway.options.js';
import {
  ROOMS_ADMISSION,
  ROOMS_AUTHENTICATOR,
  ROOMS_CLOCK,
  ROOMS_GATEWAY_SETTINGS,
  ROOMS_IDS,
  ROOMS_NODE,
  ROOMS_USERS,
} from './gateway/gateway.tokens.js';
import type { Authenticator } from './gateway/authenticator.js';
import { Reception } from './gateway/reception.js';
import { RoomsGateway } from './gateway/rooms.gateway.js';
import { NestRoomsLogger } from './nest-rooms-logger.js';
import { UpgradeRouterModule } from './sockets/upgrade-router.module.js';
import { WebSocketCarrier } from './carriers/websocket-carrier.js';
import { RoomsHealth } from './health/rooms-health.js';
import { RoomsLifecycle } from './rooms.lifecycle.js';
import { checksOf, NOBODY, type RoomsModuleExtras, type RoomsModuleOptions } from './rooms.options.js';
import { RoomsService } from './rooms.service.js';
import { ROOMS_GATEWAY, ROOMS_OPTIONS, ROOMS_PORTS, ROOMS_STORE } from './rooms.tokens.js';

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<RoomsModuleOptions>({
  optionsInjectionToken: ROOMS_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setExtras<RoomsModuleExtras>({}, (definition, { isGlobal = true, gateway = RoomsGateway, imports = [] }) => ({
    ...definition,
    global: isGlobal,
    imports: [...(definition.imports ?? []), ...imports],
    providers: [
      ...(definition.providers ?? []),
      ...(gateway === false ? [] : [gateway, { provide: ROOMS_GATEWAY, useValue: gateway }]),
    ],
  }))
  .build();

const fromOptions = <T>(provide: symbol, make: (options: RoomsModuleOptions) => T | Promise<T>): Provider => ({
  provide,
  useFactory: make,
  inject: [ROOMS_OPTIONS],
});

/** Holds the room classes of one `forFeature`. */
@Module({})
class RoomsFeatureModule {}

/** Rooms for a Nest app: `forRoot` once, `forFeature` wherever there are room classes. */
@Module({
  imports: [DiscoveryModule, UpgradeRouterModule],
  providers: [
    {
      provide: ROOMS_PORTS,
      useFactory: ({ store }: RoomsModuleOptions, clock: Clock, ids: Ids) =>
        openPorts(store, { clock, ids, logger: new NestRoomsLogger() }),
      inject: [ROOMS_OPTIONS, ROOMS_CLOCK, ROOMS_IDS],
    },
    { provide: ROOMS_STORE, useFactory: ({ store }: NodePorts) => store, inject: [ROOMS_PORTS] },
    {
      provide: ROOMS_USERS,
      useFactory: (ports: NodePorts): Users => ('users' in ports ? ports.users : new MemoryUsers()),
      inject: [ROOMS_PORTS],
    },
    fromOptions<Clock>(ROOMS_CLOCK, ({ clock }) => clock ?? new SystemClock()),
    fromOptions<Ids>(ROOMS_IDS, ({ ids }) => ids ?? systemIds),
    {
      provide: ROOMS_NODE,
      useFactory: (options: RoomsModuleOptions, ports: NodePorts, store: RoomStore, clock: Clock, ids: Ids) =>
        createRoomsNode({
          ...ports,
          store,
          clock,
          ids,
          checks: checksOf(options),
          logger: new NestRoomsLogger(),
          ...(options.limits !== undefined && { limits: options.limits }),
        }),
      inject: [ROOMS_OPTIONS, ROOMS_PORTS, ROOMS_STORE, ROOMS_CLOCK, ROOMS_IDS],
    },
    fromOptions<Authenticator>(ROOMS_AUTHENTICATOR, ({ authenticator }) => authenticator ?? NOBODY),
    fromOptions<GatewaySettings>(ROOMS_GATEWAY_SETTINGS, gatewaySettings),
    { provide: ROOMS_ADMISSION, useExisting: EnhancedAdmission },
    Connections,
    ConnectDoor,
    EnhancedAdmission,
    Pipelines,
    Reception,
    RoomExplorer,
    RoomsHealth,
    RoomsLifecycle,
    RoomsService,
    WebSocketCarrier,
  ],
  exports: [RoomsService, RoomsHealth, ROOMS_NODE, Connections, UpgradeRouterModule],
})
export class RoomsModule extends ConfigurableModuleClass implements OnModuleInit {
  constructor(private readonly own: ModuleRef) {
    super();
  }

  /** @throws DefinitionError when Nest would, without a word, leave the rooms unstarted */
  onModuleInit(): void {
    if (this.own.introspect(RoomsLifecycle).scope !== Scope.DEFAULT)
      throw new DefinitionError(
        'RoomsModule was given something request-scoped (options, a store): rooms outlive requests.',
      );
  }

  /**
   * Room classes of a feature. One that several modules list is one kind of room still.
   * @param needs modules whose exports the classes inject. A class that injects from the module it belongs to is listed
   * among that module's `providers` instead, and in no `forFeature`.
   */
  static forFeature(rooms: readonly Type<object>[], needs: Pick<ModuleMetadata, 'imports'> = {}): DynamicModule {
    return { module: RoomsFeatureModule, providers: [...rooms], imports: [...(needs.imports ?? [])] };
  }
}
