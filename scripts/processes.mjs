import { execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const START_SECONDS = 20;
const STOP_SECONDS = 10;

/** Processes that run now. They stay in this script's group, so that whoever ends that ends them too. */
const running = new Set();

/**
 * A port that nobody listens on, below those that the system gives to outgoing connections: it is still free when a server
 * that died there is started again, whatever has tried to connect to it meanwhile.
 */
export const freePort = async () => {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return port;
  }
};

const isFree = (port) =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** A process: `ended` resolves to what it ended with, `said` is all it wrote, `printed` what it wrote to stdout. */
export const start = (command, args, options) => {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const output = [];
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => output.push(text));
  child.stdout.on('data', (text) => printed.push(text));
  const ended = new Promise((done) => {
    child.once('error', (error) => output.push(`${error}\n`));
    child.once('close', (code, signal) => {
      running.delete(child);
      done({ code, signal });
    });
  });
  return { child, ended, said: () => output.join('').trimEnd(), printed: () => printed.join('') };
};

/** A process and all below it: a shell does not take along what it has started. */
export const family = (pid) => {
  const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = listed.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found) found.push(...pairs.filter(([, of]) => of === parent).map(([child]) => child));
  return found;
};

/** Ends a process that has not ended, with all it started. */
export const kill = ({ child }) => {
  if (!running.has(child) || child.pid === undefined) return;
  for (const pid of family(child.pid)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
};

/** Leaves no process behind. */
export const killAll = () => {
  for (const child of running) kill({ child });
};

const within = (promise, seconds) => Promise.race([promise, sleep(seconds * 1000, undefined, { ref: false })]);
const how = ({ code, signal }) => signal ?? code;

/** Waits for the end of a process: a sentence when that is not exit code 0 in time. */
export const finish = async (running, seconds) => {
  const end = await within(running.ended, seconds);
  if (end?.code === 0) return undefined;
  kill(running);
  return `${end ? `ended with ${how(end)}` : `did not end in ${seconds} s`}\n${running.said()}`;
};

/** Whether an HTTP request is answered, with any status. */
const answers = (url) =>
  fetch(url, { signal: AbortSignal.timeout(1000) }).then(
    () => true,
    () => false,
  );

/** Waits until a server answers: a sentence when it does not. */
export const awaitServer = async (server, url) => {
  const until = performance.now() + START_SECONDS * 1000;
  let end;
  void server.ended.then((result) => (end = result));
  while (!(await answers(url))) {
    if (end) return `ended with ${how(end)} before it answered\n${server.said()}`;
    if (performance.now() > until) return `does not answer on ${url} after ${START_SECONDS} s\n${server.said()}`;
    await sleep(50);
  }
  return undefined;
};

/** Stops a server as an orchestrator does: a sentence when it does not go, or goes badly. Nest goes by the signal itself. */
export const stop = async (server, good = [0, 'SIGTERM']) => {
  server.child.kill('SIGTERM');
  const end = await within(server.ended, STOP_SECONDS);
  kill(server);
  if (!end) return `did not stop in ${STOP_SECONDS} s after SIGTERM\n${server.said()}`;
  return good.includes(how(end)) ? undefined : `stopped with ${how(end)} after SIGTERM\n${server.said()}`;
};
