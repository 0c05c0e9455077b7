import type { ModulesContainer } from '@nestjs/core';

/** Where `@WebSocketGateway` keeps its options. Nest exports the name from its internal entry point only. */
const GATEWAY_OPTIONS = 'websockets:gateway_options';
/** What engine.io listens on when a gateway says nothing. */
const ENGINE_PATH = '/socket.io';
/** What a WsAdapter, which has no namespaces, listens on when a gateway says nothing. */
const WS_PATH = '/';

/**
 * The paths whose upgrades Nest's own WebSocket adapter answers, as the app's gateways name them, no slash at the end.
 * @param socketIo whether the adapter is of Socket.IO
 */
export function adapterPaths(
  modules: ModulesContainer,
  further: readonly string[],
  socketIo: boolean,
): ReadonlySet<string> {
  const paths = new Set([ENGINE_PATH, ...further].map(withoutSlash));
  for (const module of modules.values()) {
    for (const { metatype } of module.providers.values()) {
      const options = gatewayOptionsOf(metatype);
      if (options === undefined) continue;
      if ('path' in options && typeof options.path === 'string') paths.add(withoutSlash(`/${options.path}`));
      else if (!socketIo && !('namespace' in options)) paths.add(WS_PATH);
    }
  }
  return paths;
}

/** What `@WebSocketGateway` was given; `undefined`: the class is no gateway. */
export function gatewayOptionsOf(metatype: unknown): object | undefined {
  const options: unknown = typeof metatype === 'function' ? Reflect.getMetadata(GATEWAY_OPTIONS, metatype) : undefined;
  return typeof options === 'object' && options !== null ? options : undefined;
}

/** engine.io's path ends in a slash, a browser's may or may not: `/socket.io/` and `/socket.io` are one. */
const withoutSlash = (path: string): string => path.replace(/^\/+/, '/').replace(/\/+$/, '') || '/';
