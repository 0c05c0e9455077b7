import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { awaitServer, finish, freePort, kill, start, stop } from '../processes.mjs';
import { toJavaScript } from './type-check.mjs';

const RUN_SECONDS = 30;

/** Starts a block's script. */
const startScript = (file, env, cwd) =>
  start(process.execPath, ['--enable-source-maps', resolve(file)], { cwd, env: { ...process.env, ...env } });

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

  const server = serving && startScript(script(serving), env, folder);
  try {
    const unanswered = server && (await awaitServer(server, `http://127.0.0.1:${free}/`));
    if (unanswered) return say(serving, unanswered);
    for (const block of running) {
      const failure = await finish(startScript(script(block), env, folder), RUN_SECONDS);
      if (failure) return say(block, `${failure}${server ? `\nThe server said:\n${server.said()}` : ''}`);
    }
    return server ? say(serving, await stop(server)) : [];
  } finally {
    if (server) kill(server);
  }
};
