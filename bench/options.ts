import { parseArgs } from 'node:util';
import { SCENARIOS } from './scenarios/index.js';
import { SCALES, type Scale, type Scenario, type Size } from './scenarios/scenario.js';
import { SERVER_NAMES, type ServerName } from './servers/server-name.js';

export const USAGE = `npm run bench -- [options]

  --scenario a,b       which: ${SCENARIOS.map(({ id }) => id).join(' ')}. Default: all
  --servers ws,limit   which: ${SERVER_NAMES.join(' ')}. Default: all
  --runs 5             rounds of all servers
  --quick              one short round: whether something changed
  --small              for the gate: whether what is delivered is right
  --profile <folder>   writes CPU profiles of the servers there, and says where the time goes
  --out <folder>       for results.json and index.html. Default: bench/results
  --docs               brings docs/performance.json and docs/scale.json up to date for the scenarios that are run, and the
                       tables of the pages beside them; the others' figures are kept, if they are of this machine and these
                       versions
  --report             measures nothing: writes tables and pages anew from what is kept`;

export interface Options {
  readonly scenarios: readonly Scenario[];
  readonly servers: readonly ServerName[];
  readonly scale: Scale;
  readonly profileDir: string | undefined;
  readonly out: string | undefined;
  /** Measure, or show again what was measured. */
  readonly measures: boolean;
  readonly writesDocs: boolean;
}

/** What was asked for makes no sense, in a line. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

const listed = <T extends string>(given: string | undefined, known: readonly T[], what: string): readonly T[] => {
  if (given === undefined) return known;
  const names = given.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !known.includes(name as T));
  if (unknown.length > 0) throw new OptionsError(`there is no ${what} ${unknown.join(', ')}: ${known.join(', ')}`);
  return known.filter((name) => names.includes(name));
};

/** @throws OptionsError */
export const readOptions = (args: readonly string[]): Options => {
  const { values } = parse(args);
  const size: Size = values.small ? 'small' : values.quick ? 'quick' : 'full';
  const runs = values.runs === undefined ? SCALES[size].runs : Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new OptionsError(`--runs is how many, not ${values.runs}`);
  const ids = listed(
    values.scenario,
    SCENARIOS.map(({ id }) => id),
    'scenario',
  );
  const servers = listed(values.servers, SERVER_NAMES, 'server');
  return {
    // Those that none of the servers takes part in are left out.
    scenarios: SCENARIOS.filter((each) => ids.includes(each.id) && each.servers.some((name) => servers.includes(name))),
    servers,
    scale: { ...SCALES[size], runs },
    profileDir: values.profile,
    out: values.out,
    measures: !values.report,
    writesDocs: values.docs || values.report,
  };
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        scenario: { type: 'string' },
        servers: { type: 'string' },
        runs: { type: 'string' },
        quick: { type: 'boolean', default: false },
        small: { type: 'boolean', default: false },
        profile: { type: 'string' },
        out: { type: 'string' },
        docs: { type: 'boolean', default: false },
        report: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new OptionsError((error as Error).message, { cause: error });
  }
};
