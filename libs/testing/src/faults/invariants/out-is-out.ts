import type { MakeInvariant } from './invariant.js';

/** Who speaks for the server needs no place in the room. */
const SYSTEM = 'system';

export const outIsOut: MakeInvariant = ({ logs, report }) => {
  const attached = new Map<string, Set<string>>();

  return {
    observe: (observation) => {
      switch (observation.type) {
        case 'joined': {
          const rooms = attached.get(observation.connection) ?? new Set<string>();
          attached.set(observation.connection, rooms.add(observation.room));
          return;
        }
        case 'left':
          if (observation.ok) attached.get(observation.connection)?.delete(observation.room);
          return;
        case 'closed':
          attached.get(observation.connection)?.delete(observation.room);
          return;
        case 'disconnected':
          attached.delete(observation.connection);
          return;
        case 'events':
        case 'presence':
        case 'reset':
          if (attached.get(observation.connection)?.has(observation.room) !== true)
            report(observation, `is told ${observation.type} of a room they are not in`);
          return;
        default:
      }
    },
    finish: () => {
      for (const [room, log] of logs) {
        if (!log.isWhole) continue;
        for (const { entry, members } of log.withMembers()) {
          const { input, seq } = entry;
          if (input.type !== 'command' || input.by.id === SYSTEM || members.has(input.by.id)) continue;
          report({ room, client: input.by.id }, `${input.name} ${input.commandId} at ${seq} is of no member`);
        }
      }
    },
  };
};
