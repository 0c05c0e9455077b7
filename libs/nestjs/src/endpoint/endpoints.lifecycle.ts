import { SystemClock, systemIds } from '@greenroom/rooms';
import {
  Inject,
  Injectable,
  Logger,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Pipelines } from '../admission/pipelines.js';
import { UpgradeRouter } from '../sockets/upgrade-router.js';
import { EndpointExplorer } from './endpoint-explorer.js';
import { EndpointServer } from './endpoint-server.js';
import { Endpoints } from './endpoints.js';
import { ENDPOINTS_OPTIONS, type EndpointsModuleOptions } from './endpoints.options.js';
import { Handlers } from './handlers.js';
import { LiveEndpoint } from './live-endpoint.js';

/** Opens the endpoints when the app starts, and closes them while their handlers can still be heard out. */
@Injectable()
export class EndpointsLifecycle implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  readonly #servers: EndpointServer[] = [];

  constructor(
    private readonly explorer: EndpointExplorer,
    private readonly pipelines: Pipelines,
    private readonly router: UpgradeRouter,
    private readonly endpoints: Endpoints,
    @Optional() @Inject(ENDPOINTS_OPTIONS) private readonly options: EndpointsModuleOptions = {},
  ) {}

  /** Global enhancers that the app adds before it listens are all known by now. */
  onApplicationBootstrap(): void {
    const { clock = new SystemClock(), ids = systemIds } = this.options;
    const logger = new Logger('Greenroom');
    for (const definition of this.explorer.explore()) {
      const endpoint = new LiveEndpoint(definition.path);
      const handlers = new Handlers(definition, this.pipelines, logger);
      const server = new EndpointServer(endpoint, handlers, definition.settings, clock, ids, logger);
      this.router.route(definition.path, (request, socket, head) => server.knock(request, socket, head));
      this.endpoints.add(definition.host.class, endpoint);
      this.#servers.push(server);
    }
  }

  /** Nest's first word of a shutdown. */
  onModuleDestroy(): void {
    for (const server of this.#servers) server.refuseAll();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
  }
}
