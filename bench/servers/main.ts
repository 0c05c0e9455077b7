import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ServerOptions, StartServer } from './bench-server.js';
import { Profiler } from './profiler.js';
import type { ServerName } from './server-name.js';

/** What a server process says to the one that started it. */
export type FromServer =
  | { readonly is: 'listening'; readonly port: number }
  | ({ readonly is: 'usage' } & Usage)
  | { readonly is: 'profiled' }
  | { readonly is: 'failed'; readonly why: string };

/** What it is told. `collect`: after a garbage collection. `into`: ends the profile that has begun, and writes it. */
export type ToServer =
  { readonly ask: 'usage'; readonly collect: boolean } | { readonly ask: 'profile'; readonly into?: string };

export interface Usage {
  /** When this was so, by the server's clock: it may have been busy when it was asked. Milliseconds. */
  readonly at: number;
  /** Of all its threads, since it started: user and system. */
  readonly cpuMicros: number;
  readonly heapBytes: number;
  /** Buffers, which are not on the heap. */
  readonly bufferBytes: number;
  readonly rssBytes: number;
}

/** Each is loaded where it runs, and nowhere else. */
const load = async (name: ServerName): Promise<{ readonly start: StartServer }> => {
  switch (name) {
    case 'greenroom-socketio':
    case 'greenroom-ws':
      return import('./greenroom/start.js');
    case 'limit':
      return import('./limit.js');
    case 'socketio':
      return import('./socketio.js');
    case 'nest':
      return import('./nest.js');
    case 'ws':
      return import('./ws.js');
    case 'colyseus':
      return import('./colyseus.js');
  }
};

const say = (message: FromServer): void => void process.send?.(message);

const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  // What the first one finalises, the second one frees.
  gc();
  gc();
};

const usage = (): Usage => {
  const { user, system } = process.cpuUsage();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return {
    at: performance.now(),
    cpuMicros: user + system,
    heapBytes: heapUsed,
    bufferBytes: arrayBuffers,
    rssBytes: rss,
  };
};

const profiler = new Profiler();

const answer = async (message: ToServer): Promise<void> => {
  switch (message.ask) {
    case 'usage':
      if (message.collect) collectGarbage();
      return say({ is: 'usage', ...usage() });
    case 'profile':
      await (message.into === undefined ? profiler.start() : profiler.stop(message.into));
      return say({ is: 'profiled' });
  }
};

process.on('message', (message: ToServer) => {
  answer(message).catch((error: unknown) => say({ is: 'failed', why: String(error) }));
});
// Nobody is left to serve.
process.on('disconnect', () => process.exit(0));

const [name, options] = process.argv.slice(2);
try {
  const { start } = await load(name as ServerName);
  const port = await start(JSON.parse(options ?? '{}') as ServerOptions);
  say({ is: 'listening', port });
} catch (error) {
  say({ is: 'failed', why: (error as Error).stack ?? String(error) });
  process.exitCode = 1;
}
