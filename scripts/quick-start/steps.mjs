import { fences, parseMarks } from '../snippets/blocks.mjs';

const HEADING = '## Quick start';

/** Lines of a section: `from` is that of its heading, `to` that of the next one of its rank. */
const section = (page, lines) => {
  const from = lines.indexOf(HEADING) + 1;
  if (from === 0) throw new Error(`${page}: there is no section "${HEADING}"`);
  const next = lines.findIndex((line, index) => index >= from && line.startsWith('## '));
  return { from, to: next === -1 ? Infinity : next + 1 };
};

/** The paragraph above a block, which is all that a reader of the rendered page sees of its name. */
const textAbove = (lines, fenceLine) => {
  let first = fenceLine - 1;
  while (first > 0 && lines[first - 1].trim() === '') first -= 1;
  const end = first;
  while (first > 0 && lines[first - 1].trim() !== '') first -= 1;
  return lines.slice(first, end).join('\n');
};

/** What one block asks for; throws a sentence. */
const toStep = ({ line, language, marks: text, code: codeLines }, lines) => {
  const marks = parseMarks(text) ?? new Map();
  const code = `${codeLines.join('\n')}\n`;
  const file = marks.get('file');
  if (file !== undefined) {
    if (!textAbove(lines, line - 1).includes(`\`${file}\``))
      throw new Error(`the text above does not name \`${file}\``);
    return { does: 'write', line, file, code };
  }
  if (language === 'text') return { does: 'expect', line, code };
  if (language !== 'sh') throw new Error(`nothing says what to do with this ${language} block`);
  if (marks.get('run') !== 'serve') return { does: 'run', line, code };
  if (!/^\d+$/.test(marks.get('port') ?? '')) throw new Error('a server names its port: port=3000');
  if (code.trim().includes('\n')) throw new Error('a server is started by one line');
  return { does: 'serve', line, port: marks.get('port'), code };
};

/**
 * What the page's quick start tells its reader to do, in order: `write` a file, `run` a command, `expect` what the last
 * one printed, `serve`. Throws a sentence with the line when it cannot be followed.
 */
export const readSteps = (page, text) => {
  const lines = text.split('\n');
  const { from, to } = section(page, lines);
  const steps = [];
  for (const fence of fences(text)) {
    if (fence.line <= from || fence.line >= to) continue;
    try {
      steps.push(toStep(fence, lines));
    } catch (error) {
      throw new Error(`${page}:${fence.line - 1}: ${error.message}`, { cause: error });
    }
  }
  for (const needed of ['write', 'run', 'serve', 'expect'])
    if (!steps.some(({ does }) => does === needed))
      throw new Error(`${page}: the quick start has nothing to ${needed}`);
  return steps;
};
