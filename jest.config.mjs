const shared = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@greenroom/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

/** Three projects: what a lib promises by itself, what only real processes, sockets and stores can show, and browsers. */
export default {
  // A backstop for what hangs, not a measure of speed: the machine may be slow, and busy with something else. Projects have none, and tests
  // none of their own that is shorter.
  testTimeout: 180_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{libs,src,bench,cluster}/**/*.spec.ts', '<rootDir>/scripts/**/*.spec.mjs'],
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/**/!(*.browser).spec.ts'],
      globalSetup: '<rootDir>/test/kit/build.mjs',
    },
    {
      ...shared,
      displayName: 'browser',
      testMatch: ['<rootDir>/test/**/*.browser.spec.ts'],
      globalSetup: '<rootDir>/test/kit/chromium.mjs',
    },
  ],
};
