import { webSocket, type Carrier } from '@greenroom/client';
import { Memory } from '../../../pages/memory.js';

export const CARRIERS = ['WebSocket', 'MessagePack', 'Socket.IO'] as const;
export type CarrierName = (typeof CARRIERS)[number];

export const isCarrier = (value: unknown): value is CarrierName => CARRIERS.some((name) => name === value);

const kept = new Memory(() => localStorage, 'greenroom.carrier', isCarrier);
export const keptCarrier = (): CarrierName => kept.read() ?? 'WebSocket';
export const keepCarrier = (name: CarrierName): void => kept.write(name);

/** What is not used is not fetched. */
export const loadCarrier = async (name: CarrierName): Promise<Carrier> => {
  switch (name) {
    case 'WebSocket':
      return webSocket();
    case 'MessagePack': {
      const { msgpackCodec } = await import('@greenroom/client/msgpack');
      return webSocket({ codec: msgpackCodec });
    }
    case 'Socket.IO': {
      const { socketIo } = await import('@greenroom/client/socket.io');
      return socketIo();
    }
  }
};
