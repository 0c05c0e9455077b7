import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import ts from 'typescript';

/** The repository's own compiler options: libs are read by their source. */
const repositoryOptions = () => {
  const { config } = ts.readConfigFile('tsconfig.json', (file) => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, resolve('.'));
  return { ...options, moduleDetection: ts.ModuleDetectionKind.Force };
};

/** `page:line: message`, whatever file the compiler saw. */
const describe = (sources) => (diagnostic) => {
  const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
  if (!diagnostic.file) return message;
  const file = resolve(diagnostic.file.fileName);
  const line = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start).line + 1;
  const page = sources.find(({ path }) => resolve(path) === file)?.page;
  return `${page ?? relative('.', file)}:${line}: ${message}`;
};

const check = (files, options) => {
  if (files.length === 0) return [];
  const program = ts.createProgram(
    files.map(({ path }) => path),
    options,
  );
  return ts.getPreEmitDiagnostics(program).map(describe(files));
};

/** What the compiler says of all pages; blocks marked `dom` are a browser's code. */
export const typeCheck = (sources) => {
  const options = repositoryOptions();
  const browser = { ...options, lib: [...options.lib, 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'] };
  return [
    ...check(
      sources.filter(({ dom }) => !dom),
      options,
    ),
    ...check(
      sources.filter(({ dom }) => dom),
      browser,
    ),
  ];
};

/** A source as JavaScript that Node runs, decorators and their metadata included; stack traces show the page's lines. */
export const toJavaScript = ({ path }) => {
  const compilerOptions = {
    ...repositoryOptions(),
    module: ts.ModuleKind.ESNext,
    noEmit: false,
    inlineSourceMap: true,
  };
  return ts.transpileModule(readFileSync(path, 'utf8'), { fileName: resolve(path), compilerOptions }).outputText;
};
