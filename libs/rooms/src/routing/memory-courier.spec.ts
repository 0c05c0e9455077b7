import { courierContract } from '@greenroom/testing/contracts';
import { MemoryCourier } from './memory-courier.js';

courierContract('MemoryCourier', () => {
  const courier = new MemoryCourier();
  return { courier, other: courier, now: () => Date.now(), settle: async () => {} };
});
