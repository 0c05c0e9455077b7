import { DiscoveryService } from '@nestjs/core';
import { EntryProvider } from '../admission/entry-provider.js';
import type { EndpointOptions } from './endpoint.options.js';

export interface EndpointNote {
  readonly path: string;
  readonly options: EndpointOptions;
}

/** What the explorer finds on classes with `@WebSocketEndpoint`. */
export const EndpointNote = DiscoveryService.createDecorator<EndpointNote>();

/**
 * Makes a class handle the WebSockets of one path, whatever they speak: methods with `@OnConnect`, `@OnMessage`, `@OnBinary`,
 * `@OnClose`, `@OnError`, each at most once. List it in `EndpointsModule.forFeature`. It has dependencies and enhancers as any
 * provider, and one instance; it needs no `@Injectable()`.
 * @param path exact, without a query
 */
export const WebSocketEndpoint =
  (path: string, options: EndpointOptions = {}): ClassDecorator =>
  (target) => {
    EndpointNote({ path, options })(target);
    EntryProvider()(target);
  };
