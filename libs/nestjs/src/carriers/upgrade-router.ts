import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Inject, Injectable, Optional, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import type { GatewaySettings } from '../gateway/gateway.options.js';
import { ROOMS_GATEWAY_SETTINGS } from '../gateway/gateway.tokens.js';
import { pathOf } from '../gateway/handshake.js';
import { ROOMS_GATEWAY } from '../rooms.tokens.js';
import { adapterPaths } from './adapter-paths.js';

/** Takes an upgrade over, as `ws`'s `handleUpgrade` does. May take its time. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/**
 * The one `upgrade` listener of the HTTP server, so that several WebSocket servers share its port: engine.io ends
 * whatever upgrade is not answered within a second, and Nest's WsAdapter whatever it does not know. Each path goes to
 * exactly one of them, an unknown path gets a 404.
 */
@Injectable()
export class UpgradeRouter implements OnApplicationBootstrap {
  readonly #routes = new Map<string, UpgradeHandler>();

  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(ROOMS_GATEWAY_SETTINGS) private readonly settings: GatewaySettings,
    @Optional() @Inject(ROOMS_GATEWAY) private readonly gateway?: unknown,
  ) {}

  /** Sends the upgrades of an exact path to a handler. @throws Error when the path is taken. */
  route(path: string, handler: UpgradeHandler): void {
    if (this.#routes.has(path)) throw new Error(`Two WebSocket servers want the path ${path}.`);
    this.#routes.set(path, handler);
  }

  /** By now every gateway listens, and nothing has connected. An app without HTTP server has nothing to share. */
  onApplicationBootstrap(): void {
    // A microservice has an adapter host without an adapter, whatever its type says.
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    const server = adapter?.getHttpServer() as Server | undefined;
    if (server === undefined) return;
    const adapters = server.listeners('upgrade') as UpgradeHandler[];
    const paths = adapterPaths(this.modules, this.settings.adapterPaths, this.gateway !== undefined);
    server.removeAllListeners('upgrade');
    server.on('upgrade', (request, socket, head) => {
      // Node takes its own listener away: a peer that resets while somebody thinks must not end the process.
      socket.on('error', () => socket.destroy());
      const path = pathOf(request);
      const own = this.#routes.get(path);
      if (own !== undefined) own(request, socket, head);
      else if (adapters.length > 0 && paths.has(path.replace(/\/$/, '') || '/'))
        for (const adapter of adapters) adapter.call(server, request, socket, head);
      else socket.end(NOT_FOUND);
    });
  }
}
