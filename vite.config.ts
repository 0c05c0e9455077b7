import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** How pages are built; which, and to where, `scripts/build-pages.mjs` says. */
export default defineConfig({
  cacheDir: here('./node_modules/.vite'),
  publicDir: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // Libs are read by their source, as everywhere in this repository.
  resolve: { conditions: ['@greenroom/source', ...defaultClientConditions] },
  build: {
    emptyOutDir: true,
    // The pages' policy lets nothing in but files of their own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
