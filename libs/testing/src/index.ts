export { seededIds } from './seeded-ids.js';
export { TestCluster, TestClusterNode, type TestClusterOptions } from './test-cluster.js';
export {
  startTestRooms,
  TestConnection,
  TestRooms,
  type PortWraps,
  type TestJoin,
  type TestRoomsOptions,
} from './test-rooms.js';
export { VirtualClock } from './virtual-clock.js';

// What the contract suites of `@greenroom/testing/contracts` are made of, for any other test runner
export { type Check } from './contracts/check.js';
export { clockChecks, type ClockHarness } from './contracts/clock.js';
export { roomStoreChecks, type RoomStoreHarness } from './contracts/room-store/index.js';
