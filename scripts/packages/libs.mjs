import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const readManifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** Every folder of libs/, as `{ folder, manifest }`. */
export const readLibs = () => {
  const folders = readdirSync('libs', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  if (folders.length === 0) throw new Error('libs/ holds no package');
  return folders.map((entry) => join('libs', entry.name)).map((folder) => ({ folder, manifest: readManifest(folder) }));
};

/** What a lib offers to import: `@greenroom/protocol`, `@greenroom/protocol/msgpack`. */
export const entriesOf = ({ name, exports }) => Object.keys(exports).map((entry) => name + entry.slice(1));
