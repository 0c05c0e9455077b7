import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ClusterCommand } from './kit/cluster-command.js';
import { Servers } from './kit/server.js';
import { eventually } from './kit/within.js';

let servers: Servers;
beforeEach(() => {
  servers = new Servers();
});
afterEach(() => servers.close());

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const ready = async ({ chat }: ClusterCommand): Promise<boolean> => (await fetch(`${chat}/readyz`)).ok;

it('ends all that it has started when it is told to end, and does not when a node ends by itself', async () => {
  const cluster = await ClusterCommand.start(servers, '--guests', '2');
  const { server } = cluster;
  await eventually('a node that takes traffic', () => ready(cluster));
  const [first] = cluster.pids;
  expect(cluster.pids).toHaveLength(3);
  process.kill(first ?? 0, 'SIGKILL');
  await eventually('what became of it', () => server.stdout.includes('has ended by itself (SIGKILL)'));
  await eventually('another node that takes traffic', () => ready(cluster));
  expect(await cluster.press('/nodes/node-1/start', 'http://evil.example')).toBe(403);
  expect(cluster.pids).toHaveLength(3);
  const started = server.stdout.match(/^node-(\d) starting, pid (\d+)$/gm)?.find((line) => line.endsWith(`${first}`));
  expect(await cluster.press(`/nodes/${started?.split(' ', 1)[0]}/start`)).toBe(204);
  await eventually('another process', () => cluster.pids.length === 4);
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  expect(cluster.pids.filter(isRunning)).toEqual([]);
  await expect(fetch(cluster.chat)).rejects.toThrow();
});

it('leaves no node behind when it is killed itself', async () => {
  const cluster = await ClusterCommand.start(servers, '--guests', '0', '--nodes', '2');
  await eventually('a node that takes traffic', () => ready(cluster));
  await cluster.server.kill();
  await eventually('the end of its nodes', () => !cluster.pids.some(isRunning));
});

it('says in a line what is wrong with its options', async () => {
  const server = servers.spawn(process.execPath, ['dist/cluster/main.js', '--nodes', '0'], {});
  expect(await server.exited).toEqual({ code: 1, signal: null });
  expect(server.stderr).toMatch(/^cluster: --nodes is 1 to 9, not 0\n/);
});
