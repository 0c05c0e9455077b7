import { usersContract } from '@greenroom/testing/contracts';
import { MemoryUsers } from './memory-users.js';

usersContract('MemoryUsers', () => {
  const users = new MemoryUsers();
  return { users, other: users, settle: async () => {} };
});
