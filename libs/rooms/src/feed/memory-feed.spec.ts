import { feedContract } from '@greenroom/testing/contracts';
import { MemoryFeed } from './memory-feed.js';

feedContract('MemoryFeed', () => {
  const feed = new MemoryFeed(() => {});
  return { feed, other: feed, settle: async () => {} };
});
