import { DEFAULT_FRAME_LIMITS, type FrameLimits } from '@greenroom/protocol';
import type { Rate } from '../limits/token-bucket.js';

/** How the gateway treats sockets of both carriers. The Socket.IO namespace is the gateway's own (`@WebSocketGateway`). */
export interface GatewayOptions {
  /** Path of the plain WebSocket carrier, exact. @default '/rooms' */
  readonly path?: string;
  /**
   * Origins, besides the server's own, whose pages may connect: `https://app.example.com`. `*` allows every page.
   * Requests without an `Origin` come from no browser and pass. @default []
   */
  readonly origins?: readonly string[];
  /** How many proxies in front are ours: the client's address is read that far from the right of `X-Forwarded-For`. @default 0 */
  readonly trustProxy?: number;
  /** Further paths, besides those of the app's gateways, whose upgrades go to the app's WebSocket adapter. @default [] */
  readonly adapterPaths?: readonly string[];

  /** What one frame may weigh. Above 1 MiB the connection closes, whatever this says. @default 64 KiB, depth 32, 1000 keys */
  readonly frame?: FrameLimits;
  /** Milliseconds from connecting to being let in, and that guards and pipes may take for one operation. @default 5000 */
  readonly admissionMs?: number;
  /** Frames that may come before one is let in. @default 16 */
  readonly heldFrames?: number;
  /** Operations of one connection that wait for those before them. @default 256 */
  readonly waitingOperations?: number;
  /**
   * Bytes that wait for a slow reader. Above half, signals are dropped; above three quarters, events are left out until a `reset`
   * makes up for them; above all of it, or when that takes 20 s, it is closed (4408). @default 1_048_576
   */
  readonly sendQueueBytes?: number;
  /** As `sendQueueBytes`, counted in frames. @default 1000 */
  readonly sendQueueFrames?: number;
  /** Milliseconds between pings of a plain WebSocket. @default 25_000 */
  readonly pingEveryMs?: number;
  /** Milliseconds of silence after a ping that end it. @default 20_000 */
  readonly pingTimeoutMs?: number;
  /** Frames that are none of this protocol, before the connection closes (4400). @default 1 a second, 10 at once */
  readonly badFrames?: Rate;
  /** Rooms one connection may be in. @default 64 */
  readonly roomsPerConnection?: number;

  /** `false` lifts the five limits below, for benchmarks. @default true */
  readonly rateLimit?: boolean;
  /** Operations of one connection, signals aside. @default 50 a second, 100 at once */
  readonly commands?: Rate;
  /** Signals of one connection: above, conflated by (room, name), then dropped. @default 100 a second, 100 at once */
  readonly signals?: Rate;
  /**
   * Connections of one IP address to this process; refused at the handshake. All of Socket.IO count, also those to other
   * namespaces than the rooms'. @default 100
   */
  readonly connectionsPerAddress?: number;
  /** Connections of one user, to all nodes. @default 20 */
  readonly connectionsPerUser?: number;
  /** Rooms one user may make in an hour by joining. @default 100 */
  readonly roomsMadePerHour?: number;
}

export type GatewaySettings = Required<GatewayOptions>;

export const GATEWAY_DEFAULTS: GatewaySettings = {
  path: '/rooms',
  origins: [],
  trustProxy: 0,
  adapterPaths: [],
  frame: DEFAULT_FRAME_LIMITS,
  admissionMs: 5000,
  heldFrames: 16,
  waitingOperations: 256,
  sendQueueBytes: 1_048_576,
  sendQueueFrames: 1000,
  pingEveryMs: 25_000,
  pingTimeoutMs: 20_000,
  badFrames: { perSecond: 1, burst: 10 },
  roomsPerConnection: 64,
  rateLimit: true,
  commands: { perSecond: 50, burst: 100 },
  signals: { perSecond: 100, burst: 100 },
  connectionsPerAddress: 100,
  connectionsPerUser: 20,
  roomsMadePerHour: 100,
};

const UNLIMITED: Rate = { perSecond: Infinity, burst: Infinity };

/** What is given over the defaults; without `rateLimit`, rates and counts are infinite. */
export function gatewaySettings(given: GatewayOptions = {}): GatewaySettings {
  const settings = { ...GATEWAY_DEFAULTS, ...given };
  if (settings.rateLimit) return settings;
  return {
    ...settings,
    commands: UNLIMITED,
    signals: UNLIMITED,
    connectionsPerAddress: Infinity,
    connectionsPerUser: Infinity,
    roomsMadePerHour: Infinity,
  };
}
