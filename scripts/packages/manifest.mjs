/**
 * One entry point in the house style. `@greenroom/source` is for this repository, where tests and type-check read the
 * source; it stays in the packed manifest, where `src` is missing, because nobody else asks for a condition of that name.
 */
const entryProblems = (name, target) => {
  const match = /^\.\/src\/(.+)\.ts$/.exec(target?.['@greenroom/source'] ?? '');
  const stem = match?.[1] ?? '<path>';
  const expected = {
    '@greenroom/source': `./src/${stem}.ts`,
    types: `./dist/${stem}.d.ts`,
    default: `./dist/${stem}.js`,
  };
  // The order of conditions is their precedence, so it is compared too.
  return JSON.stringify(target) === JSON.stringify(expected)
    ? []
    : [`exports["${name}"] is not ${JSON.stringify(expected)}, in this order`];
};

const wanted = (root) => ({
  license: root.license,
  type: 'module',
  engines: root.engines,
  version: root.version,
  sideEffects: false,
  // The compiler's notes stay in dist, so that deleting dist is always a clean build, but are not published.
  files: ['dist', '!dist/.tsbuildinfo', 'README.md', 'LICENSE'],
});

/** What is wrong with a lib's package.json. */
export const checkManifest = (manifest, root) => {
  const problems = Object.entries(wanted(root))
    .filter(([field, value]) => JSON.stringify(manifest[field]) !== JSON.stringify(value))
    .map(([field, value]) => `package.json: ${field} is not ${JSON.stringify(value)}`);
  if (!manifest.description) problems.push('package.json: description is missing');
  if (manifest.private) problems.push('package.json: private');
  if (!manifest.exports?.['.']) problems.push('package.json: exports["."] is missing');
  for (const [name, target] of Object.entries(manifest.exports ?? {})) problems.push(...entryProblems(name, target));
  return problems;
};
