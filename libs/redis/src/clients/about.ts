import { RefusedError, text, texts, type Sender } from '../connection.js';

/** What a server tells of itself, by the names that INFO has for it; little, or nothing, where that is forbidden. */
export async function about(server: Sender): Promise<ReadonlyMap<string, string>> {
  const info = text(await unlessRefused(() => server.send('INFO')));
  if (info !== undefined) {
    const fields = info.matchAll(/^(\w+):(.*?)\r?$/gm);
    return new Map(Array.from(fields, ([, name = '', value = '']) => [name, value]));
  }
  const hello = texts(await unlessRefused(() => server.send('HELLO')));
  const named = (name: string): string | undefined => hello[hello.indexOf(name) + 1];
  return new Map(
    hello.length === 0
      ? []
      : [
          ['redis_version', named('version') ?? ''],
          ['redis_mode', named('mode') ?? ''],
        ],
  );
}

/** Hosted servers refuse to tell. */
export async function settingOf(server: Sender, name: string): Promise<string | undefined> {
  const found = await unlessRefused(() => server.send('CONFIG', 'GET', name));
  return Array.isArray(found) ? text(found[1]) : undefined;
}

/** The time of day there, in milliseconds since 1970. */
export async function timeOf(server: Sender): Promise<number | undefined> {
  const [seconds, microseconds] = texts(await unlessRefused(() => server.send('TIME'))).map(Number);
  return seconds === undefined || microseconds === undefined ? undefined : seconds * 1000 + microseconds / 1000;
}

async function unlessRefused(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RefusedError) return undefined;
    throw error;
  }
}
