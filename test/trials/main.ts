import { demo, TestCluster } from '../kit/test-cluster.js';
import type { Environment } from '../kit/server.js';
import { readOptions } from './options.js';
import { provenance } from './provenance.js';
import { run } from './run.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** As an app runs in earnest: without the checks of development. */
const deployed = (redisUrl: string): Environment => ({ ...demo(redisUrl), NODE_ENV: 'production' });

let cluster: TestCluster | undefined;
// Redis ends with this process. A node that hangs would not.
process.once('exit', () => cluster?.cluster.nodes.forEach((node) => node.kill()));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

try {
  const options = readOptions(process.argv.slice(2));
  cluster = await TestCluster.start({ root: process.cwd(), env: deployed, isDirect: true });
  say(await provenance(cluster.redis.url));
  const { lines, failed } = await run(options, cluster, say);
  for (const line of lines) say(line);
  say(failed.length === 0 ? `all ${options.trials} trials went well` : `failed: trials ${failed.join(', ')}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`trials: ${(error as Error).message}\n`);
  process.exitCode = 1;
} finally {
  await cluster?.close();
}
