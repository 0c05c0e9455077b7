import type { Rate } from '../limits/token-bucket.js';

/** How an endpoint treats its connections. Given to `@WebSocketEndpoint`, or for all of them to `EndpointsModule.forRoot`. */
export interface EndpointOptions {
  /**
   * Origins, besides the server's own, whose pages may connect: `['https://app.example.com']`. `'*'` allows every page: only
   * for what needs no cookies, as any page can then act for whoever looks at it. Requests without an `Origin` come from no
   * browser and pass. Others get 403. @default []
   */
  readonly origins?: '*' | readonly string[];
  /** How many proxies in front are ours: the client's address is read that far from the right of `X-Forwarded-For`. @default 0 */
  readonly trustProxy?: number;
  /** Milliseconds guards may take before a connection is accepted; then it gets 503. @default 5000 */
  readonly admissionMs?: number;
  /** Bytes of one message; above, the connection is closed (1009). @default 65_536 */
  readonly maxBytes?: number;
  /**
   * Messages of one connection that wait for those before them. From half of them on its socket is not read, so that its sender
   * waits; should what was read before be more than all of them, it is closed (4429). @default 1000
   */
  readonly receiveQueueFrames?: number;
  /** As `receiveQueueFrames`, in bytes: above, the socket is not read. @default 262_144 */
  readonly receiveQueueBytes?: number;
  /** Bytes that wait for a slow reader; above, it is closed (4408). @default 1_048_576 */
  readonly sendQueueBytes?: number;
  /** As `sendQueueBytes`, counted in messages. @default 1000 */
  readonly sendQueueFrames?: number;
  /** Milliseconds between pings. @default 25_000 */
  readonly pingEveryMs?: number;
  /** Milliseconds of silence after a ping that end a connection. @default 20_000 */
  readonly pingTimeoutMs?: number;

  /** `false` lifts the two limits below, and the closing for too much received at once. @default true */
  readonly rateLimit?: boolean;
  /** Messages of one connection: what comes faster waits, and its sender with it. @default 150 a second, 200 at once */
  readonly messages?: Rate;
  /** Connections of one IP address to this endpoint of this process, those not accepted yet included; others get 429. @default 100 */
  readonly connectionsPerAddress?: number;
}

export type EndpointSettings = Required<EndpointOptions>;

export const ENDPOINT_DEFAULTS: EndpointSettings = {
  origins: [],
  trustProxy: 0,
  admissionMs: 5000,
  maxBytes: 65_536,
  receiveQueueFrames: 1000,
  receiveQueueBytes: 262_144,
  sendQueueBytes: 1_048_576,
  sendQueueFrames: 1000,
  pingEveryMs: 25_000,
  pingTimeoutMs: 20_000,
  rateLimit: true,
  // What commands and signals together are to a room.
  messages: { perSecond: 150, burst: 200 },
  connectionsPerAddress: 100,
};

/** What the later ones give over the earlier ones over the defaults; without `rateLimit`, rates and counts are infinite. */
export function endpointSettings(...given: readonly EndpointOptions[]): EndpointSettings {
  const settings: EndpointSettings = Object.assign({}, ENDPOINT_DEFAULTS, ...given);
  if (settings.rateLimit) return settings;
  return { ...settings, messages: { perSecond: Infinity, burst: Infinity }, connectionsPerAddress: Infinity };
}
