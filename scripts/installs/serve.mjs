import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { awaitServer, freePort, kill, start, stop } from '../processes.mjs';
import { strangersEnv } from '../strangers-env.mjs';
import { checks } from './checks.mjs';

/** Starts an app, asks of it what must hold, stops it: a sentence when one of these fails. */
export const serve = async (folder, main, flags, names) => {
  const command = [...flags, main];
  const say = (failure) => failure && `node ${command.join(' ')} ${failure}`;
  const port = await freePort();
  rmSync(join(folder, 'data'), { recursive: true, force: true });
  const server = start(process.execPath, command, { cwd: folder, env: { ...strangersEnv(), PORT: String(port) } });
  try {
    const unanswered = await awaitServer(server, `http://127.0.0.1:${port}/`);
    if (unanswered) return say(unanswered);
    for (const name of names) {
      try {
        await checks[name](port);
      } catch (error) {
        return say(`does not give ${name}: ${error.stack}\nThe server said:\n${server.said()}`);
      }
    }
    return say(await stop(server, [0]));
  } finally {
    kill(server);
  }
};
