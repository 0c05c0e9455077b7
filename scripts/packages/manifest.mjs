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

/** `git+https://host/owner/name.git` as a page to read. */
const pageOf = ({ url }) => url.replace(/^git\+/, '').replace(/\.git$/, '');

/** What follows from the root's manifest, the one place where these things are said. */
const wanted = (folder, root) => ({
  version: root.version,
  license: root.license,
  author: root.author,
  // Provenance ties a tarball to the repository and folder named here: npm refuses one that was built elsewhere.
  repository: { ...root.repository, directory: folder },
  homepage: `${pageOf(root.repository)}/tree/main/${folder}#readme`,
  bugs: root.bugs,
  publishConfig: { access: 'public', provenance: true },
  type: 'module',
  sideEffects: false,
  engines: root.engines,
  // The compiler's notes stay in dist, so that deleting dist is always a clean build, but are not published.
  files: ['dist', '!dist/.tsbuildinfo', 'README.md', 'LICENSE'],
});

/** Libs are released together: each depends on exactly the others of its own release. */
const dependencyProblems = (manifest, libs) => {
  const versions = new Map(libs.map((lib) => [lib.manifest.name, lib.manifest.version]));
  return ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'].flatMap((field) =>
    Object.entries(manifest[field] ?? {})
      .filter(([name, range]) => versions.has(name) && versions.get(name) !== range)
      .map(([name]) => `package.json: ${field}.${name} is not "${versions.get(name)}"`),
  );
};

/** What is wrong with the manifest of a lib in `folder`, among all `libs`. */
export const checkManifest = (folder, manifest, root, libs) => {
  const problems = Object.entries(wanted(folder, root))
    .filter(([field, value]) => JSON.stringify(manifest[field]) !== JSON.stringify(value))
    .map(([field, value]) => `package.json: ${field} is not ${JSON.stringify(value)}`);
  if (!manifest.description) problems.push('package.json: description is missing');
  if (!Array.isArray(manifest.keywords) || !manifest.keywords.includes('greenroom'))
    problems.push('package.json: keywords do not include "greenroom"');
  if (manifest.private) problems.push('package.json: private');
  if (!manifest.exports?.['.']) problems.push('package.json: exports["."] is missing');
  for (const [name, target] of Object.entries(manifest.exports ?? {})) problems.push(...entryProblems(name, target));
  return [...problems, ...dependencyProblems(manifest, libs)];
};
