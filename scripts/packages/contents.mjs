import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

const REQUIRED = ['package.json', 'LICENSE', 'README.md'];
const BUILT = /^dist\/(.+?)\.(js|d\.ts|js\.map|d\.ts\.map)$/;

/** A map leads somewhere when it carries its sources, or they are in the tarball too. */
const mapProblems = (folder, file, files) => {
  const map = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const lost = map.sources.filter((source, index) => {
    const path = posix.normalize(posix.join(dirname(file), map.sourceRoot ?? '', source));
    return typeof map.sourcesContent?.[index] !== 'string' && !files.includes(path);
  });
  return lost.map((source) => `${file} maps to ${source}, which is not in the tarball`);
};

const fileProblems = (folder, file, files) => {
  if (REQUIRED.includes(file)) return [];
  const stem = BUILT.exec(file)?.[1];
  if (stem === undefined) return [`${file} does not belong in the tarball`];
  if (/\.(spec|test-d|fixture)$|^(.+\/)?specs\//.test(stem))
    return [`${file} is for tests: leave its source out in the lib's tsconfig`];
  if (!existsSync(join(folder, 'src', `${stem}.ts`)))
    return [`${file} is built from a source that is gone: delete dist`];
  return file.endsWith('.map') ? mapProblems(folder, file, files) : [];
};

const targets = (exports) => Object.values(exports ?? {}).flatMap(({ types, default: code }) => [types, code]);

/** What is wrong with the files of a tarball. */
export const checkContents = (folder, manifest, files) => {
  const wanted = [...REQUIRED, ...targets(manifest.exports).map((path) => posix.normalize(path ?? 'exports'))];
  const empty = files.filter(
    (file) => REQUIRED.includes(file) && readFileSync(join(folder, file), 'utf8').trim() === '',
  );
  const licence = (path) => readFileSync(join(path, 'LICENSE'), 'utf8');
  return [
    ...wanted.filter((file) => !files.includes(file)).map((file) => `${file} is missing in the tarball`),
    ...empty.map((file) => `${file} is empty`),
    ...(files.includes('LICENSE') && licence(folder) !== licence('.') ? ['LICENSE is not that of the repository'] : []),
    ...files.flatMap((file) => fileProblems(folder, file, files)),
  ];
};
