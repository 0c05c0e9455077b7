export { seededIds } from './seeded-ids.js';
export { startTestRooms, TestConnection, TestRooms, type TestJoin, type TestRoomsOptions } from './test-rooms.js';
export { VirtualClock } from './virtual-clock.js';
