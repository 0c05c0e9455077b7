/** A figure as it is shown. */
export interface Metric {
  readonly label: string;
  readonly unit: string;
  readonly digits: number;
  /** Whether it belongs in charts and in the pages' tables, or is there to judge the others by. */
  readonly isMain: boolean;
  /** Compared between points. */
  readonly isCost?: true;
}

export const METRICS = {
  cpu: { label: 'server CPU per delivery', unit: 'µs', digits: 2, isMain: true },
  cpuCommand: { label: 'server CPU per command', unit: 'µs', digits: 1, isMain: false },
  perCore: { label: 'commands per core', unit: '/s', digits: 0, isMain: true },
  deliveries: { label: 'deliveries at saturation', unit: '/s', digits: 0, isMain: true },
  perFrame: { label: 'messages per frame', unit: '', digits: 2, isMain: false },
  p50: { label: 'latency at saturation, p50', unit: 'ms', digits: 2, isMain: true },
  p99: { label: 'latency at saturation, p99', unit: 'ms', digits: 2, isMain: true },
  halfP50: { label: 'latency at half load, p50', unit: 'ms', digits: 2, isMain: true },
  halfP99: { label: 'latency at half load, p99', unit: 'ms', digits: 2, isMain: true },
  halfRate: { label: 'commands at half load', unit: '/s', digits: 0, isMain: false },
  acked: { label: 'acknowledged commands', unit: '/s', digits: 0, isMain: true },
  ackP50: { label: 'time to acknowledge, p50', unit: 'ms', digits: 2, isMain: true },
  ackP99: { label: 'time to acknowledge, p99', unit: 'ms', digits: 2, isMain: true },
  toldP50: { label: 'time until members are told, p50', unit: 'ms', digits: 2, isMain: true },
  toldP99: { label: 'time until members are told, p99', unit: 'ms', digits: 2, isMain: true },
  joins: { label: 'joins', unit: '/s', digits: 0, isMain: true },
  cpuJoin: { label: 'server CPU per join', unit: 'µs', digits: 0, isMain: true },
  joinP99: { label: 'time to join, p99', unit: 'ms', digits: 0, isMain: true },
  heapConnection: { label: 'heap per connection', unit: 'KiB', digits: 2, isMain: true },
  rssConnection: { label: 'RSS per connection', unit: 'KiB', digits: 1, isMain: true },
  heapIdleRoom: { label: 'heap per idle room', unit: 'KiB', digits: 2, isMain: true },
  heapPassivated: { label: 'heap per passivated room', unit: 'KiB', digits: 3, isMain: true },
  roomsPerSecond: { label: 'rooms made, left and saved', unit: '/s', digits: 0, isMain: true },
  steady: { label: 'commands offered', unit: '/s', digits: 0, isMain: false },
  nodesCpu: { label: 'CPU per command, all nodes', unit: 'µs', digits: 0, isMain: true, isCost: true },
  ownerCpu: { label: 'of it, the owner of the rooms', unit: 'µs', digits: 0, isMain: true },
  othersCpu: { label: 'of it, the other nodes', unit: 'µs', digits: 0, isMain: true },
  nodesCpuDelivery: { label: 'CPU per delivery, all nodes', unit: 'µs', digits: 2, isMain: true, isCost: true },
  redisCpu: { label: 'CPU per command, Redis', unit: 'µs', digits: 0, isMain: true },
  nodesCpuFull: {
    label: 'CPU per command at saturation, all nodes',
    unit: 'µs',
    digits: 0,
    isMain: true,
    isCost: true,
  },
  redisCpuFull: { label: 'CPU per command at saturation, Redis', unit: 'µs', digits: 0, isMain: true },
  ackedFull: { label: 'commands at saturation', unit: '/s', digits: 0, isMain: true },
  redisEvalsha: { label: 'EVALSHA per command', unit: '', digits: 3, isMain: true },
  redisHmget: { label: 'HMGET per command', unit: '', digits: 3, isMain: true },
  redisZadd: { label: 'ZADD per command', unit: '', digits: 3, isMain: true },
  redisHset: { label: 'HSET per command', unit: '', digits: 3, isMain: true },
  redisSpublish: { label: 'SPUBLISH per command', unit: '', digits: 3, isMain: true },
  redisRest: { label: 'other Redis commands per command', unit: '', digits: 3, isMain: true },
  redisAll: { label: 'all Redis commands per command', unit: '', digits: 2, isMain: true },
  redisBytesIn: { label: 'bytes to Redis per command', unit: '', digits: 0, isMain: true },
  redisBytesOut: { label: 'bytes from Redis per command', unit: '', digits: 0, isMain: true },
  redisKept: { label: 'memory of Redis per command', unit: 'bytes', digits: 0, isMain: true },
  restRedis: { label: 'Redis commands at rest', unit: '/s', digits: 0, isMain: true },
  restRedisCpu: { label: 'CPU at rest, Redis', unit: '%', digits: 2, isMain: true },
  restNodeCpu: { label: 'CPU at rest, a node', unit: '%', digits: 2, isMain: true },
  redisRoomBytes: { label: 'memory of Redis per room', unit: 'bytes', digits: 0, isMain: true },
  redisRoomKeys: { label: 'keys per room', unit: '', digits: 2, isMain: true },
  serverBusy: { label: 'server busy', unit: '%', digits: 0, isMain: false },
  clientBusy: { label: 'load client busy', unit: '%', digits: 0, isMain: false },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as readonly MetricName[];

/** What one run of one server gave. */
export type Figures = Readonly<Partial<Record<MetricName, number>>>;
