// Between clients and a server
export { faultProxy, type FaultProxy, type FaultProxyOptions, type Target } from './proxy/fault-proxy.js';
export type { Conditions, Cut } from './proxy/conditions.js';
export type { Link } from './proxy/link.js';

// Inside a server
export { FAILPOINTS, canStrike, type Failpoint, type FaultAction } from './failpoints/failpoint.js';
export { Failpoints, InDoubtError, type FailpointsOptions, type Noise, type Strike } from './failpoints/failpoints.js';

// What clients saw
export type { Observation, Observer } from './observations/observation.js';
export { Witness } from './observations/witness.js';
export { committed } from './observations/committed.js';
export { ObservationWriter, observationsOf } from './observations/observation-file.js';

// What must hold
export { checkInvariants, type CheckOptions } from './invariants/check-invariants.js';
export { INVARIANTS, NOT_YET, type InvariantName, type Violation } from './invariants/violation.js';
export { LogArchive } from './invariants/log-archive.js';
export type { Model } from './invariants/model.js';
export type { RoomLog } from './invariants/room-log.js';

// Chance
export { Dice } from './dice.js';

// Many clients
export { Participant, type ParticipantOptions } from './driver/participant.js';
export type { CommandContext, CommandMaker, Workload, WorkloadCommand } from './driver/workload.js';
export type { Connect, Wire, WireListener } from './wires/wire.js';
export type { WireOptions } from './wires/socket-wire.js';
export { webSocketWire } from './wires/web-socket-wire.js';
export { socketIoWire } from './wires/socket-io-wire.js';
export { nodeWire } from './wires/node-wire.js';
