/** The layers of docs/concepts.md: protocol <- rooms <- {nestjs, store-lmdb, testing} <- src, test. */
const lib = (name) => `^libs/${name}/`;
const only = (name, ...allowed) => ({
  name: `${name}-layer`,
  severity: 'error',
  // A port's implementation runs the contract suite of `testing` in its spec.
  from: { path: lib(name), pathNot: '\\.spec\\.ts$' },
  to: { path: '^(libs|src|test)/', pathNot: [lib(name), ...allowed.map(lib)] },
});

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    only('protocol'),
    only('rooms', 'protocol'),
    only('nestjs', 'protocol', 'rooms'),
    only('store-lmdb', 'protocol', 'rooms'),
    only('testing', 'protocol', 'rooms'),
    {
      name: 'no-deep-import-into-a-lib',
      severity: 'error',
      from: { path: '^(?:libs/([^/]+)|src|test)/' },
      to: { path: '^libs/[^/]+/(src|dist)/', pathNot: ['^libs/$1/', '^libs/[^/]+/src/(index|[a-z-]+/index)\\.ts$'] },
    },
    {
      name: 'testing-only-in-tests',
      severity: 'error',
      from: { path: '^(libs|src)/', pathNot: [lib('testing'), '\\.spec\\.ts$'] },
      to: { path: lib('testing') },
    },
    {
      name: 'the-engine-knows-no-nest-and-no-sockets',
      severity: 'error',
      from: { path: lib('(rooms|protocol)'), pathNot: '\\.spec\\.ts$' },
      to: { path: 'node_modules/(@nestjs|socket\\.io|ws|ioredis|lmdb)/' },
    },
    {
      name: 'only-the-statechart-knows-xstate-inside',
      severity: 'error',
      from: { path: lib('rooms'), pathNot: ['room/statechart', '\\.spec\\.ts$'] },
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
    exclude: { path: '(^|/)dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@greenroom/source', 'import', 'types', 'node', 'default'],
    },
  },
};
