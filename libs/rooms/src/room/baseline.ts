import type { Member } from '../contract/member.js';
import type { RoomCore } from './core.js';
import type { Baseline } from './request.js';

/** Members that a baseline shows; more are asked for. */
const SHOWN_MEMBERS = 100;

/** What a member may see now. @throws what the kind's view throws */
export const baseline = (core: RoomCore, member: Member): Baseline => ({
  position: core.position,
  view: core.logic.mutable ? structuredClone(core.view(member)) : core.view(member),
  members: core.members.page(undefined, SHOWN_MEMBERS).members,
});
