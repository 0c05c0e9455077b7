import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { unprivileged } from './unprivileged.mjs';

const START_MS = 60_000;

/** Servers that run now: none outlives the process of the tests. Theirs end with them. */
const running = new Set();
process.once('exit', () => {
  for (const child of running) child.kill('SIGQUIT');
});

/**
 * Starts a server that refuses to be root, and waits until it serves.
 * @param serves whether it does
 * @returns its `child` process, and `ended`, which resolves once it has
 */
export const startServer = async (command, args, cwd, serves) => {
  const child = spawn(...unprivileged(command, args), { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  running.add(child);
  let isOver = false;
  const ended = new Promise((resolve) => {
    const over = () => {
      isOver = true;
      running.delete(child);
      resolve();
    };
    child.once('close', over);
    child.once('error', (error) => {
      said += String(error);
      over();
    });
  });
  const until = Date.now() + START_MS;
  while (!(await serves())) {
    if (isOver || Date.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`${command} did not start\n${said}`);
    }
    await sleep(10);
  }
  return { child, ended };
};
