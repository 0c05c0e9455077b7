import { provenance, provenanceOf } from './provenance.js';
import type { Results } from './results.js';
import { markdown, tableOf, targetsTable } from './tables.js';

const BEGIN = '<!-- figures: begin -->';
const END = '<!-- figures: end -->';

const shown = (results: Results): readonly string[] => {
  const [heads = [], ...verdicts] = targetsTable(results);
  return verdicts.length === 0 ? [] : ['', '### What was to be shown', '', markdown([heads, ...verdicts])];
};

/** The part of a page of docs that is made of results. */
const section = (results: Results): string =>
  [
    BEGIN,
    '',
    provenance(results),
    ...shown(results),
    ...results.scenarios.flatMap((scenario) => [
      '',
      `### ${scenario.id}: ${scenario.title}`,
      '',
      [scenario.about, provenanceOf(scenario, results)].filter(Boolean).join(' '),
      '',
      markdown(tableOf(scenario)),
    ]),
    '',
    END,
  ].join('\n');

/** The page with its figures replaced. */
export const withFigures = (page: string, results: Results): string => {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page has no ${BEGIN} and ${END}`);
  return page.slice(0, begin) + section(results) + page.slice(end + END.length);
};
