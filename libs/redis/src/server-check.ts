import { about, settingOf, timeOf } from './clients/about.js';
import { RedisUnfitError, type RedisConnection, type Sender } from './connection.js';

/** Sharded channels came with it. Valkey counts itself as 7.2 here. */
const LEAST_VERSION = 7;

/**
 * What a server's settings mean for what is kept there, a sentence each.
 * @throws RedisUnfitError when rooms would be lost, or cannot work.
 */
export async function checkServer(redis: RedisConnection): Promise<readonly string[]> {
  const sentences = await Promise.all((await redis.primaries()).map(checkOne));
  return [...new Set(sentences.flat())];
}

/** Nodes give each other until some time of day for what they ask: what is too late by the other's clock is not done. Milliseconds. */
const MOST_ASKEW_MS = 1000;

/** What is wrong with this machine's clock, by the server's. */
export async function checkClock(redis: RedisConnection, now: () => number): Promise<string | undefined> {
  const [server] = await redis.primaries();
  const asked = now();
  const there = server && (await timeOf(server));
  // It was told at some moment in between.
  const isAhead = there !== undefined && asked - there > MOST_ASKEW_MS;
  const isBehind = there !== undefined && there - now() > MOST_ASKEW_MS;
  if (!isAhead && !isBehind) return undefined;
  const seconds = Math.round(Math.abs(there - asked) / 1000);
  return (
    `The clock of this machine is ${seconds} s ${isAhead ? 'ahead of' : 'behind'} that of Redis: nodes whose clocks differ ` +
    'take what they ask of each other for too late. Let one time service set all of them.'
  );
}

async function checkOne(server: Sender): Promise<string[]> {
  const told = await about(server);
  const version = told.get('redis_version');
  if (version !== undefined && Number.parseInt(version, 10) < LEAST_VERSION)
    throw new RedisUnfitError(`Redis ${version} is too old: ${LEAST_VERSION} or later is needed, or Valkey.`);
  const policy = told.get('maxmemory_policy') ?? (await settingOf(server, 'maxmemory-policy'));
  if (policy !== undefined && policy !== 'noeviction')
    throw new RedisUnfitError(
      `Redis would drop rooms when its memory is full (maxmemory-policy ${policy}): set it to noeviction.`,
    );
  const appendOnly = onOff(told.get('aof_enabled')) ?? (await settingOf(server, 'appendonly'));
  const fsync = appendOnly === 'no' ? WANTED.appendfsync : await settingOf(server, 'appendfsync');
  return [
    ...untold({ 'maxmemory-policy': policy, appendonly: appendOnly, appendfsync: fsync }),
    ...lossy(appendOnly, fsync),
  ];
}

const onOff = (flag: string | undefined): string | undefined =>
  flag === undefined ? undefined : flag === '0' ? 'no' : 'yes';

const WANTED = { 'maxmemory-policy': 'noeviction', appendonly: 'yes', appendfsync: 'always' } as const;

/** Hosted servers refuse to tell. */
function untold(settings: Readonly<Record<keyof typeof WANTED, string | undefined>>): string[] {
  const missing = Object.entries(WANTED).filter(([name]) => settings[name as keyof typeof WANTED] === undefined);
  if (missing.length === 0) return [];
  return [
    `Redis does not tell its ${missing.map(([name]) => name).join(', ')}: what was acknowledged may be lost unless there is ` +
      `${missing.map((each) => each.join(' ')).join(', ')}.`,
  ];
}

function lossy(appendOnly: string | undefined, fsync: string | undefined): string[] {
  if (appendOnly === 'no')
    return ['Redis has no append-only file (appendonly no): what was acknowledged is lost when it is restarted.'];
  if (fsync === undefined || fsync === 'always') return [];
  return [
    `Redis writes to disk before it answers, and syncs the disk later (appendfsync ${fsync}): what was acknowledged outlives ` +
      'its process, and not the last moments before a power failure.',
  ];
}
