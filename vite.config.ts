import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The demo's pages: each slice has its own. The server says which of them answers at which address. */
export default defineConfig({
  root: here('./src'),
  cacheDir: here('./node_modules/.vite'),
  publicDir: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // Libs are read by their source, as everywhere in this repository.
  resolve: { conditions: ['@greenroom/source', ...defaultClientConditions] },
  build: {
    outDir: here('./dist/pages'),
    emptyOutDir: true,
    // The pages' policy lets nothing in but files of their own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: [here('./src/chat/page/index.html'), here('./src/open-chat/page/index.html')] },
  },
});
