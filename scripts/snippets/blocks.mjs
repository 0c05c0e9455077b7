const FENCE = /^( *)(`{3,}|~{3,})\s*(\S*)\s*(.*)$/;
const MARK = /([a-z-]+)(?:=("[^"]*"|\S+))?\s*/gy;
/** Other spellings of TypeScript, which would otherwise go unchecked. */
const MISSPELT = new Set(['typescript', 'tsx', 'mts', 'cts', 'TS', 'TypeScript']);

/** The fenced blocks of a page, as CommonMark has them: `line` is that of the first line of code. */
export function* fences(text) {
  let open;
  for (const [index, line] of text.split('\n').entries()) {
    if (open === undefined) {
      const match = FENCE.exec(line);
      if (match)
        open = {
          indent: match[1].length,
          fence: match[2],
          language: match[3],
          marks: match[4],
          line: index + 2,
          code: [],
        };
    } else if (new RegExp(`^ *${open.fence[0]}{${open.fence.length},}\\s*$`).test(line)) {
      yield open;
      open = undefined;
    } else {
      open.code.push(line.slice(Math.min(open.indent, line.length - line.trimStart().length)));
    }
  }
  if (open) yield open;
}

/** `run file=main.ts reason="a b"` as a Map; `undefined` when it cannot be read. */
export const parseMarks = (text) => {
  const marks = new Map();
  MARK.lastIndex = 0;
  while (MARK.lastIndex < text.length) {
    const match = MARK.exec(text);
    if (!match) return undefined;
    marks.set(match[1], match[2]?.replace(/^"|"$/g, '') ?? true);
  }
  return marks;
};

/** What is to be done with a block, by its marks; throws a sentence. */
const toBlock = ({ line, code, marks: text }) => {
  const marks = parseMarks(text);
  if (!marks) throw new Error(`cannot read the marks "${text}"`);
  const take = (name) => {
    const value = marks.get(name);
    marks.delete(name);
    return value;
  };
  const file = take('file') ?? `block-${line}.ts`;
  if (typeof file !== 'string' || !/^[a-z0-9.-]+\.ts$/.test(file))
    throw new Error('file= is a kebab-case name ending in .ts');
  const base = { line, code: code.join('\n'), file, dom: take('dom') === true };
  const [run, port, unchecked, reason] = ['run', 'port', 'no-check', 'reason'].map(take);
  if (marks.size > 0) throw new Error(`unknown mark ${[...marks.keys()].join(', ')}`);

  if (unchecked !== undefined) {
    if (typeof reason !== 'string' || reason.length < 10) throw new Error('no-check says why: reason="..."');
    return { ...base, kind: 'unchecked', reason };
  }
  if (run === undefined) return { ...base, kind: 'check' };
  if (run === true) return { ...base, kind: 'run' };
  if (run !== 'serve') throw new Error('run is either alone or run=serve');
  return { ...base, kind: 'serve', ...(port && { port: String(port) }) };
};

/** The ```ts blocks of a page, and what is wrong with their marks. */
export const readBlocks = (page, text) => {
  const blocks = [];
  const problems = [];
  for (const fence of fences(text)) {
    const report = (sentence) => problems.push(`${page}:${fence.line - 1}: ${sentence}`);
    if (MISSPELT.has(fence.language)) report(`write \`\`\`ts, not \`\`\`${fence.language}: only ts blocks are checked`);
    if (fence.language !== 'ts') continue;
    try {
      blocks.push(toBlock(fence));
    } catch (error) {
      report(error.message);
    }
  }
  if (blocks.filter(({ kind }) => kind === 'serve').length > 1) problems.push(`${page}: one run=serve a page`);
  return { blocks, problems };
};
