// Deletes everything that was built. The compiler never deletes what it made of a source that is gone or renamed.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

for (const folder of ['.', ...readdirSync('libs').map((lib) => join('libs', lib))])
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
