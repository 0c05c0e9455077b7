import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toJavaScript } from './type-check.mjs';

const START_SECONDS = 20;
const RUN_SECONDS = 30;
const STOP_SECONDS = 10;

const freePort = () =>
  new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

/** A block's process: `ended` resolves to what it ended with, `said` is all it wrote. */
const start = (file, env, cwd) => {
  const child = spawn(process.execPath, ['--enable-source-maps', resolve(file)], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => output.push(text));
  const ended = new Promise((done) => child.once('close', (code, signal) => done({ code, signal })));
  return { child, ended, said: () => output.join('').trimEnd() };
};

const within = (promise, seconds) => Promise.race([promise, sleep(seconds * 1000, undefined, { ref: false })]);

/** Runs a block to its end: a sentence when that is not exit code 0 in time. */
const run = async (file, env, cwd) => {
  const block = start(file, env, cwd);
  const end = await within(block.ended, RUN_SECONDS);
  if (end?.code === 0) return undefined;
  block.child.kill('SIGKILL');
  return `${end ? `ended with ${end.signal ?? end.code}` : `did not end in ${RUN_SECONDS} s`}\n${block.said()}`;
};

/** Whether an HTTP request is answered, with any status. */
const answers = (url) =>
  fetch(url, { signal: AbortSignal.timeout(1000) }).then(
    () => true,
    () => false,
  );

/** Starts a server and waits until it answers: a sentence when it does not. */
const awaitServer = async (server, url) => {
  const until = performance.now() + START_SECONDS * 1000;
  let end;
  void server.ended.then((how) => (end = how));
  while (!(await answers(url))) {
    if (end) return `ended with ${end.signal ?? end.code} before it answered\n${server.said()}`;
    if (performance.now() > until) return `does not answer on ${url} after ${START_SECONDS} s\n${server.said()}`;
    await sleep(50);
  }
  return undefined;
};

/** Stops a server as an orchestrator does: a sentence when it does not go, or goes badly. */
const stop = async (server) => {
  server.child.kill('SIGTERM');
  const end = await within(server.ended, STOP_SECONDS);
  server.child.kill('SIGKILL');
  if (!end) return `did not stop in ${STOP_SECONDS} s after SIGTERM\n${server.said()}`;
  return end.code === 0 || end.signal === 'SIGTERM'
    ? undefined
    : `stopped with ${end.signal ?? end.code}\n${server.said()}`;
};

/** Writes a page's sources as JavaScript, `port` exchanged for one that is free. */
const writeScripts = (sources, folder, port, free) => {
  for (const source of sources) {
    const script = toJavaScript(source);
    mkdirSync(folder, { recursive: true });
    const code = port ? script.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), String(free)) : script;
    writeFileSync(join(folder, source.file.replace(/\.ts$/, '.js')), code);
  }
};

/** Executes a page's `run` blocks, in order; while its `run=serve` block serves, if it has one. */
export const executePage = async ({ path: page, blocks }, sources, into) => {
  const serving = blocks.find(({ kind }) => kind === 'serve');
  const running = blocks.filter(({ kind }) => kind === 'run');
  if (!serving && running.length === 0) return [];

  const folder = join(into, 'out', page);
  const free = await freePort();
  const ofPage = sources.filter((source) => source.page === page);
  writeScripts(ofPage, folder, serving?.port, free);
  const script = ({ file }) => join(folder, file.replace(/\.ts$/, '.js'));
  const env = { PORT: String(free), HOST: '127.0.0.1', DATA_DIR: resolve(folder, 'data') };
  const say = (block, sentence) => (sentence ? [`${page}:${block.line}: the block ${sentence}`] : []);

  const server = serving && start(script(serving), env, folder);
  try {
    const unanswered = server && (await awaitServer(server, `http://127.0.0.1:${free}/`));
    if (unanswered) return say(serving, unanswered);
    for (const block of running) {
      const failure = await run(script(block), env, folder);
      if (failure) return say(block, `${failure}${server ? `\nThe server said:\n${server.said()}` : ''}`);
    }
    return server ? say(serving, await stop(server)) : [];
  } finally {
    server?.child.kill('SIGKILL');
  }
};
