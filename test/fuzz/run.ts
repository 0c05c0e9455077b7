import { join } from 'node:path';
import { Dice } from '@greenroom/testing/faults';
import { Bystanders } from '../kit/bystanders.js';
import { login } from '../kit/clients.js';
import { Servers, type Server } from '../kit/server.js';
import { eventually, pause } from '../kit/within.js';
import { DOORS } from './doors.js';
import type { ServerState } from './server-state.js';

export interface FuzzOptions {
  /** All cases follow from it; in which order the server meets them is left to the machine. */
  readonly seed: number;
  /** At each door. */
  readonly cases: number;
  /** The repository, built. */
  readonly root: string;
}

export interface FuzzReport {
  /** Cases that were sent, at each door. */
  readonly cases: ReadonlyMap<string, number>;
  readonly before: ServerState;
  readonly after: ServerState;
  /** What bystanders said and heard meanwhile, in rounds. */
  readonly rounds: number;
  /** Whatever is wrong, in sentences. */
  readonly faults: readonly string[];
}

/** Cases of one connection, at most: fewer than the rate allows at once. */
const MOST_CASES = 60;
/** Attackers at each door, by turns: a user may not have too many connections, or make too many rooms. */
const ATTACKERS = 20;
/** Part of the cases that only warm the server up: what it keeps for good by then is no growth. */
const WARM_UP = 0.25;
/** What may be left of all cases, bytes: sessions in their grace and the rooms' histories are, and are bounded. */
const MOST_LEFT = 24 * 2 ** 20;
const TALK_EVERY_MS = 100;

/** A server, people in a room of it, and attackers at every door at once. */
export const fuzz = async ({ seed, cases, root }: FuzzOptions): Promise<FuzzReport> => {
  const servers = new Servers();
  try {
    const script = join(root, '.faults/test/fuzz/server.js');
    const env = { DATA_DIR: await servers.dir(), NODE_ENV: 'production' };
    const server = await servers
      .spawn(process.execPath, ['--expose-gc', '--enable-source-maps', script], env, root)
      .ready();
    let isOver = false;
    const died = server.exited.then(({ code, signal }): never => {
      throw new Error(isOver ? 'it was stopped' : `the server ended with ${code ?? signal}: ${server.stderr}`);
    });
    const report = await Promise.race([attack(server, new Dice(seed), cases), died]);
    isOver = true;
    const { code } = await server.stop();
    await died.catch(() => undefined);
    return code === 0 ? report : { ...report, faults: [...report.faults, `it ended with ${code}`] };
  } finally {
    await servers.close();
  }
};

async function attack(server: Server, dice: Dice, cases: number): Promise<FuzzReport> {
  const { url } = server;
  const faults: string[] = [];
  const bystanders = await Bystanders.gather(url, 'chat/peace');
  const tokens = await Promise.all(
    Array.from({ length: ATTACKERS }, async (_, n) => (await login(url, `Attacker ${n}`)).token),
  );
  const done = new Map<string, number>();
  const storm = async (share: number): Promise<void> => {
    const at = async (name: string): Promise<void> => {
      const own = dice.fork(`${name} ${share}`);
      for (let left = Math.ceil(cases * share); left > 0;) {
        const token = own.pick(tokens);
        const came = await DOORS.get(name)?.({ url, token, dice: own, cases: Math.min(left, own.int(1, MOST_CASES)) });
        left -= Math.max(1, came ?? 0);
        done.set(name, (done.get(name) ?? 0) + (came ?? 0));
      }
    };
    await Promise.all([...DOORS.keys()].map(at));
  };

  const over = new AbortController();
  let rounds = 0;
  const talking = (async () => {
    for (; !over.signal.aborted; rounds += 1) {
      await bystanders.talk();
      await pause(TALK_EVERY_MS);
    }
  })().catch((error: unknown) => void faults.push(`bystanders: ${String(error)}`));

  const state = async (): Promise<ServerState> => (await (await fetch(`${url}/state`)).json()) as ServerState;
  /** Nobody is connected but those who were before. */
  const calm = async (): Promise<ServerState> => {
    let told = await state();
    // Three of rooms, of which one over Socket.IO.
    const isCalm = async (): Promise<boolean> => {
      told = await state();
      return told.connections === 3 && told.transports === 1;
    };
    await eventually('the end of all other connections', isCalm).catch((error: unknown) => {
      faults.push(`${String(error)}: ${JSON.stringify(told)}`);
    });
    return told;
  };

  await storm(WARM_UP).catch((error: unknown) => faults.push(`warming up: ${String(error)}`));
  const before = await calm();
  await storm(1 - WARM_UP).catch((error: unknown) => faults.push(`attacking: ${String(error)}`));
  const after = await calm();
  over.abort();
  await talking;

  const left = after.heapBytes - before.heapBytes;
  if (left > MOST_LEFT) faults.push(`${left} bytes are left of it all`);
  if (server.stderr !== '') faults.push(`it said on stderr: ${server.stderr}`);
  const complaints = server.stdout
    .split('\n')
    .filter((line) => line.includes('"level":50') || line.includes('"level":60'));
  faults.push(...complaints.slice(0, 5).map((line) => `it logged: ${line}`), ...bystanders.faults());
  bystanders.leave();
  return { cases: done, before, after, rounds, faults };
}
