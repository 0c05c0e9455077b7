import { program } from '../../scripts/debian.mjs';
import build from './build.mjs';

/** Before the first browser spec, where no test's time runs: Chromium is here, or what to install is said. */
export default function prepare() {
  program('chromium');
  build();
}
