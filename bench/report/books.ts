import type { Compared } from '../scenarios/scenario.js';
import type { Results, ScenarioResult, Subject } from './results.js';

/** Figures that stand on one page of docs, and are kept in one file beside it, each named after the book. */
export interface Book {
  readonly name: string;
  readonly has: Compared;
  /** Whose versions matter to it. */
  readonly packages: readonly string[];
}

const SERVERS = ['@greenroom/nestjs', '@nestjs/core', 'xstate', 'socket.io', 'ws'];

/** Beside other servers; and as nodes on a Redis. */
export const BOOKS: readonly Book[] = [
  { name: 'performance', has: 'servers', packages: [...SERVERS, 'lmdb', '@colyseus/core'] },
  { name: 'scale', has: 'points', packages: [...SERVERS, '@greenroom/redis', 'ioredis', 'redis-server'] },
];

export const isIn = ({ has }: Book, { compares = 'servers' }: Pick<ScenarioResult, 'compares'>): boolean =>
  compares === has;

export const subjectOf = ({ packages }: Book, { machine, versions }: Subject): Subject => ({
  machine,
  versions: Object.fromEntries(Object.entries(versions).filter(([name]) => packages.includes(name))),
});

/** What belongs into the book. */
export const partOf = (book: Book, results: Results): Results => ({
  ...subjectOf(book, results),
  scenarios: results.scenarios.filter((scenario) => isIn(book, scenario)),
});
