import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entriesOf } from '../packages/libs.mjs';
import { finish, start } from '../processes.mjs';

const IMPORT_SECONDS = 30;

/** Peers that an app may go without; an entry that needs one says so when it is imported. */
const optionalPeers = ({ peerDependenciesMeta = {} }) =>
  Object.keys(peerDependenciesMeta).filter((name) => peerDependenciesMeta[name].optional === true);

const importing = (entry, optional) => `
try {
  const found = import.meta.resolve(${JSON.stringify(entry)});
  if (!found.includes('/node_modules/') || !/\\/dist\\/.+\\.js$/.test(found)) throw new Error('resolves to ' + found);
  await import(${JSON.stringify(entry)});
} catch (error) {
  if (!${JSON.stringify(optional)}.some((peer) => error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(peer))) {
    console.error(${JSON.stringify(entry)}, error);
    process.exitCode = 1;
  }
}
`;

/** Writes a source of the app that imports all that the libs offer, so that the compiler looks at every type. */
export const writeEntries = (folder, libs) => {
  const entries = libs.flatMap(({ manifest }) => entriesOf(manifest));
  const code = entries.map((entry, index) => `export * as entry${index} from '${entry}';\n`);
  writeFileSync(join(folder, 'src/every-entry.ts'), code.join(''));
};

/** Imports all that the libs offer, one after the other: a sentence when node cannot. */
export const importEntries = async (folder, libs, flags) => {
  const code = libs.flatMap(({ manifest }) =>
    entriesOf(manifest).map((entry) => importing(entry, optionalPeers(manifest))),
  );
  writeFileSync(join(folder, 'import-entries.mjs'), code.join(''));
  const failure = await finish(
    start(process.execPath, [...flags, 'import-entries.mjs'], { cwd: folder }),
    IMPORT_SECONDS,
  );
  return failure && `importing every entry ${failure}`;
};
