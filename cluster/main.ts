import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { RedisServer } from '#redis-server';
import { ControlServer } from './control/control-server.js';
import { Guests } from './guests/guests.js';
import { readOptions, type Options } from './options.js';
import { Cluster } from './processes/cluster.js';
import { Ends } from './ends.js';
import type { NodeProcess, NodeWatcher } from './processes/node-process.js';
import { Observatory, type Watched } from './watch/observatory.js';

/** The repository: this file is built to `dist/cluster/`. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE_DIR = fileURLToPath(new URL('./page/', import.meta.url));

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const secret = (): string => randomBytes(32).toString('base64url');

const open = async ({ nodes, port, pagePort, guests: count }: Options, ends: Ends): Promise<Cluster> => {
  const redis = await RedisServer.start();
  ends.add(() => redis.close());
  const [jwt, token] = [secret(), secret()];
  const env = { REDIS_URL: redis.url, JWT_SECRET: jwt, OPERATOR_TOKEN: token };
  const watchers: NodeWatcher[] = [{ changed: report }];
  const cluster = await Cluster.open({
    nodes,
    port,
    program: () => ({ args: ['dist/main.js'], env, cwd: ROOT }),
    watcher: { changed: (node) => watchers.forEach((watcher) => watcher.changed?.(node)) },
  });
  ends.add(() => cluster.close());
  const guests = new Guests(cluster.balancer.url, count);
  ends.add(() => guests.close());
  const watched: Watched = { cluster, redis, guests, token };
  const observatory = new Observatory(watched);
  watchers.push({ changed: (node) => observatory.noted(node) });
  ends.add(() => observatory.end());
  const control = await ControlServer.listen(watched, observatory, { port: pagePort, pageDir: PAGE_DIR });
  ends.add(() => control.close());
  say(`Redis     ${redis.url}`);
  say(`Chat      ${cluster.balancer.url}  through the load balancer, by whichever node has its turn`);
  say(`Cluster   ${control.url}  who owns which room; end a node and see another take over`);
  say('Ctrl-C ends it all.');
  cluster.start();
  guests.arrive();
  observatory.begin();
  return cluster;
};

const report = ({ name, state }: NodeProcess): void => {
  if (state.is === 'died')
    say(`${name} has ended by itself (${state.exit.signal ?? state.exit.code}):\n${state.lastWords}`);
  else if (state.is !== 'off') say(`${name} ${state.is}${'pid' in state ? `, pid ${state.pid}` : ''}`);
};

const ends = new Ends();
let cluster: Cluster | undefined;
const stop = (): void => {
  say('ending; once more: at once');
  process.once('SIGINT', () => cluster?.nodes.forEach((node) => node.kill()));
  void ends.all().then(() => process.exit(0));
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
process.once('SIGHUP', stop);

try {
  cluster = await open(readOptions(process.argv.slice(2)), ends);
} catch (error) {
  await ends.all();
  process.stderr.write(`cluster: ${(error as Error).message}\n`);
  process.exit(1);
}
