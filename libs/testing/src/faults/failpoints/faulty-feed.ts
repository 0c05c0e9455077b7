import type { Feed } from '@greenroom/rooms';
import type { FailpointsReached } from './failpoint.js';

/** A feed that can be struck before and after each turn it publishes. */
export const faultyFeed = (feed: Feed, failpoints: Pick<FailpointsReached, 'pass'>): Feed => ({
  publish: (address, message) => {
    if (message.type === 'turn') failpoints.pass('before-fan-out');
    feed.publish(address, message);
    if (message.type === 'turn') failpoints.pass('before-reply');
  },
  subscribe: (address, listener) => feed.subscribe(address, listener),
  head: (address) => feed.head(address),
});
