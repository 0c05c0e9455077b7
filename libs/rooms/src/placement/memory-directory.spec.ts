import { directoryContract } from '@greenroom/testing/contracts';
import { MemoryDirectory } from './memory-directory.js';

directoryContract('MemoryDirectory', () => ({ directory: new MemoryDirectory(), settle: async () => {} }));
