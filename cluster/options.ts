import { parseArgs } from 'node:util';

export interface Options {
  readonly nodes: number;
  /** Of the balancer. */
  readonly port: number;
  /** Of the page. */
  readonly pagePort: number;
  readonly guests: number;
}

const USAGE = `npm run cluster -- [--nodes 3] [--port 8000] [--page-port 8100] [--guests 12]`;

const within = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new RangeError(`--${name} is ${least} to ${most}, not ${text}\n${USAGE}`);
  return value;
};

/** @throws TypeError or RangeError with a sentence for whoever typed it */
export const readOptions = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      nodes: { type: 'string', default: '3' },
      port: { type: 'string', default: '8000' },
      'page-port': { type: 'string', default: '8100' },
      guests: { type: 'string', default: '12' },
    },
  });
  return {
    nodes: within('nodes', values.nodes, 1, 9),
    port: within('port', values.port, 0, 65_535),
    pagePort: within('page-port', values['page-port'], 0, 65_535),
    guests: within('guests', values.guests, 0, 60),
  };
};
