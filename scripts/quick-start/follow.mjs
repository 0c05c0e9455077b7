import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { awaitServer, finish, freePort, kill, start, stop } from '../processes.mjs';
import { strangersEnv } from '../strangers-env.mjs';

const COMMAND_SECONDS = 180;

/** Follows steps in `folder`: a sentence for the first that does not do what the page says, with its line. */
export const follow = async (page, steps, folder) => {
  const { port } = steps.find(({ does }) => does === 'serve');
  const free = await freePort();
  const typed = (code) => code.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), String(free));
  const shell = (code) => start('sh', ['-ec', typed(code)], { cwd: folder, env: strangersEnv() });
  const servers = [];
  let printed = '';

  const does = {
    write: ({ file, code }) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      appendFileSync(join(folder, file), typed(code));
    },
    run: async ({ code }) => {
      const command = shell(code);
      const failure = await finish(command, COMMAND_SECONDS);
      printed = command.printed();
      return failure;
    },
    expect: ({ code }) =>
      printed === typed(code) ? undefined : `is not what the command above it printed, which is\n${printed.trimEnd()}`,
    serve: async (step) => {
      const server = shell(`exec ${step.code}`);
      servers.push({ step, server });
      return awaitServer(server, `http://127.0.0.1:${free}/`);
    },
  };
  const say = ({ line }, failure) => failure && `${page}:${line}: the block ${failure}`;
  const told = () =>
    servers
      .map(({ server }) => server.said())
      .filter((said) => said !== '')
      .map((said) => `\nThe server said:\n${said}`)
      .join('');

  try {
    for (const step of steps) {
      const failure = await does[step.does](step);
      if (failure) return say(step, failure) + (step.does === 'serve' ? '' : told());
    }
    for (const { step, server } of servers) {
      const failure = await stop(server);
      if (failure) return say(step, failure);
    }
    return undefined;
  } finally {
    for (const { server } of servers) kill(server);
  }
};
