import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { DefinitionError } from '@greenroom/rooms';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { adapterPaths } from './adapter-paths.js';
import { pathOf } from './caller.js';
import { refuseUpgrade } from './refuse-upgrade.js';
import { outlive } from './unheard-error.js';

/** Takes an upgrade over, as `ws`'s `handleUpgrade` does. May take its time. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * The one `upgrade` listener of the HTTP server, so that several WebSocket servers share its port: engine.io ends
 * whatever upgrade is not answered within a second, and Nest's WsAdapter whatever it does not know. Each path goes to
 * exactly one of them, an unknown path gets a 404.
 */
@Injectable()
export class UpgradeRouter implements OnApplicationBootstrap {
  readonly #routes = new Map<string, UpgradeHandler>();
  readonly #left: string[] = [];

  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(ApplicationConfig) private readonly config: ApplicationConfig,
  ) {}

  /** Sends the upgrades of an exact path to a handler. @throws DefinitionError when the path is taken. */
  route(path: string, handler: UpgradeHandler): void {
    if (this.#routes.has(path) || this.#adapterPaths().has(withoutSlash(path)))
      throw new DefinitionError(`Two WebSocket servers want the path ${path}.`);
    this.#routes.set(path, handler);
  }

  /** Leaves further paths, besides those of the app's gateways, to the app's WebSocket adapter. */
  leaveToAdapter(paths: readonly string[]): void {
    this.#left.push(...paths);
  }

  /** By now every gateway listens, and nothing has connected. An app without HTTP server has nothing to share. */
  onApplicationBootstrap(): void {
    // A microservice has an adapter host without an adapter, whatever its type says.
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    const server = adapter?.getHttpServer() as Server | undefined;
    if (server === undefined) return;
    const adapters = server.listeners('upgrade') as UpgradeHandler[];
    const paths = this.#adapterPaths();
    server.removeAllListeners('upgrade');
    server.on('upgrade', (request, socket, head) => {
      outlive(socket);
      const path = pathOf(request);
      const own = this.#routes.get(path);
      if (own !== undefined) own(request, socket, head);
      else if (adapters.length > 0 && paths.has(withoutSlash(path)))
        for (const adapter of adapters) adapter.call(server, request, socket, head);
      else refuseUpgrade(socket, 404);
    });
  }

  #adapterPaths(): ReadonlySet<string> {
    const adapter = this.config.getIoAdapter() as object | null;
    return adapterPaths(this.modules, this.#left, adapter !== null && 'createIOServer' in adapter);
  }
}

const withoutSlash = (path: string): string => path.replace(/\/$/, '') || '/';
