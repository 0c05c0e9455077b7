import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { awaitServer, finish, freePort, kill, start, stop } from '../processes.mjs';
import { strangersEnv } from '../strangers-env.mjs';
import { checks } from './checks.mjs';

const CLIENT_SECONDS = 30;

/**
 * Starts a program of an app, `folder/dist/<name>/<main>`, asks of it what must hold, stops it: a sentence when one of
 * these fails.
 */
export const serve = async ({ folder, name }, main, flags, given) => {
  const say = (failure) => failure && `node ${[...flags, main].join(' ')} ${failure}`;
  const port = await freePort();
  rmSync(join(folder, 'data'), { recursive: true, force: true });
  const run = (program) => {
    const env = { ...strangersEnv(), PORT: String(port) };
    return start(process.execPath, [...flags, join('dist', name, program)], { cwd: folder, env });
  };
  const server = run(main);
  try {
    const unanswered = await awaitServer(server, `http://127.0.0.1:${port}/`);
    if (unanswered) return say(unanswered);
    for (const what of given) {
      try {
        await checks[what](port, (program) => finish(run(program), CLIENT_SECONDS));
      } catch (error) {
        return say(`does not give ${what}: ${error.stack}\nThe server said:\n${server.said()}`);
      }
    }
    return say(await stop(server, [0]));
  } finally {
    kill(server);
  }
};
