export { seededIds } from './seeded-ids.js';
export { VirtualClock } from './virtual-clock.js';
