import { readFileSync } from 'node:fs';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** A function, and the share of the busy time that was spent in it, not counting what it calls. */
export interface SelfTime {
  readonly name: string;
  readonly file: string;
  readonly share: number;
}

const IDLE = '(idle)';
/** Profiling itself. */
const PROFILER = 'node:inspector';

/** As in `node_modules/ws/lib/sender.js:42`. */
const shortened = (url: string, line: number): string =>
  url === ''
    ? ''
    : `${url.replace(/^.*[/](node_modules|libs|bench[/]dist)[/]/, (_whole, folder: string) => (folder === 'node_modules' ? '' : `${folder}/`))}:${line + 1}`;

/** Functions of a `.cpuprofile`, those with the most time first. */
export const selfTimes = (file: string): readonly SelfTime[] => {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const micros = new Map<string, number>();
  let busy = 0;
  for (const [i, id] of samples.entries()) {
    const frame = byId.get(id);
    const delta = timeDeltas[i] ?? 0;
    if (frame === undefined || frame.functionName === IDLE || frame.url === PROFILER) continue;
    busy += delta;
    const key = `${frame.functionName || '(anonymous)'}\n${shortened(frame.url, frame.lineNumber)}`;
    micros.set(key, (micros.get(key) ?? 0) + delta);
  }
  return [...micros]
    .sort(([, one], [, other]) => other - one)
    .map(([key, spent]) => {
      const [name = '', place = ''] = key.split('\n');
      return { name, file: place, share: spent / busy };
    });
};

/** The same by package: `libs/rooms`, `xstate`, `node:net`; what V8 and the system do is by its own name. */
export const byPackage = (functions: readonly SelfTime[]): readonly (readonly [string, number])[] => {
  const shares = new Map<string, number>();
  for (const { name, file, share } of functions) {
    const owner = /^(libs[/][^/]+|@[^/]+[/][^/]+|node:[^:]+|[^/:]+)/.exec(file)?.[0] ?? name;
    shares.set(owner, (shares.get(owner) ?? 0) + share);
  }
  return [...shares].sort(([, one], [, other]) => other - one);
};
