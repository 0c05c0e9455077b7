/** The layers of docs/concepts.md: protocol <- rooms <- {nestjs, store-lmdb, store-postgres, redis, testing} <- src, test. */
/** Specs, and what only they use. */
const SPEC = '([.](spec|fixture)[.]ts$|/specs/)';
/** What runs in a browser: a slice's page, and what pages share. */
const PAGE = '^(src/pages|src/[^/]+/page|cluster/page)/';
const lib = (name) => `^libs/${name}/`;
/** A spec may also use `testing`, which has the contract suites, and what only the lib's `specs` may. */
const only = (name, allowed, specs = []) => [
  {
    name: `${name}-layer`,
    severity: 'error',
    from: { path: lib(name), pathNot: SPEC },
    to: { path: '^(libs|src|test)/', pathNot: [name, ...allowed].map(lib) },
  },
  {
    name: `${name}-spec-layer`,
    severity: 'error',
    from: { path: `${lib(name)}.*${SPEC}` },
    to: { path: '^(libs|src|test)/', pathNot: [name, 'testing', ...allowed, ...specs].map(lib) },
  },
];

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    // The benchmark has an install of its own, for a peer that only it needs.
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^@colyseus/' } },
    ...only('protocol', []),
    // What a client promises is shown with real rooms.
    ...only('client', ['protocol'], ['rooms']),
    ...only('rooms', ['protocol']),
    ...only('nestjs', ['protocol', 'rooms']),
    ...only('store-lmdb', ['protocol', 'rooms']),
    ...only('store-postgres', ['protocol', 'rooms']),
    // Rooms may be kept elsewhere than on Redis.
    ...only('redis', ['protocol', 'rooms'], ['store-postgres']),
    ...only('testing', ['protocol', 'rooms']),
    {
      name: 'no-deep-import-into-a-lib',
      severity: 'error',
      from: { path: '^(?:libs/([^/]+)|src|cluster|test)/' },
      to: { path: '^libs/[^/]+/(src|dist)/', pathNot: ['^libs/$1/', '^libs/[^/]+/src/(index|[a-z.-]+/index)\\.ts$'] },
    },
    {
      name: 'libs-by-their-name',
      comment: 'A relative path from one lib, or the app, into another lib.',
      severity: 'error',
      from: { path: '^(?:libs/([^/]+)|src|cluster|test|bench)/' },
      to: {
        path: '^libs/',
        pathNot: '^libs/$1/',
        dependencyTypes: ['local'],
        dependencyTypesNot: ['aliased-workspace', 'npm'],
      },
    },
    {
      name: 'the-server-knows-no-page',
      severity: 'error',
      from: { pathNot: PAGE },
      to: { path: PAGE },
    },
    {
      name: 'a-page-knows-the-client-and-types',
      comment:
        'Of the rest of the app a page has types alone: none of its code, and none of its packages, goes to a browser.',
      severity: 'error',
      from: { path: PAGE, pathNot: SPEC },
      to: {
        path: ['^src/', '^cluster/', '^libs/', 'node_modules/'],
        pathNot: [PAGE, lib('client'), 'node_modules/preact/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'a-page-knows-no-other-page',
      severity: 'error',
      from: { path: '^(src/[^/]+|cluster)/page/' },
      to: { path: '^(src/[^/]+|cluster)/page/', pathNot: '^$1/page/' },
    },
    {
      name: 'the-cluster-runs-the-app',
      comment: 'As processes of their own: it has none of their code.',
      severity: 'error',
      from: { path: '^cluster/', pathNot: [PAGE, SPEC] },
      to: { path: '^src/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'product-knows-no-cluster',
      severity: 'error',
      from: { path: '^(libs|src)/' },
      to: { path: '^cluster/' },
    },
    {
      name: 'product-knows-no-tests',
      severity: 'error',
      from: { path: '^(libs|src)/', pathNot: SPEC },
      to: { path: ['^(test|bench)/', SPEC] },
    },
    {
      name: 'testing-only-in-tests',
      severity: 'error',
      from: { path: '^(libs|src|cluster)/', pathNot: [lib('testing'), SPEC] },
      to: { path: lib('testing') },
    },
    {
      name: 'the-engine-knows-no-nest-and-no-sockets',
      severity: 'error',
      from: { path: lib('(rooms|protocol)'), pathNot: SPEC },
      to: { path: 'node_modules/(@nestjs|socket\\.io|ws|ioredis|lmdb|pg)/' },
    },
    {
      name: 'only-the-statechart-knows-xstate-inside',
      severity: 'error',
      from: { path: lib('rooms'), pathNot: ['room/statechart', SPEC] },
      to: { path: 'node_modules/xstate/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'package-roots-only',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: 'node_modules/@nestjs/[^/]+/(internal|.+/internal)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Only our own: most packages have their code in a dist, and would be out of every rule's sight.
    exclude: { path: ['^(bench/)?dist/', '^libs/[^/]+/dist/', '^[.]snippets', '^coverage/'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@greenroom/source', 'import', 'types', 'node', 'default'],
    },
  },
};
