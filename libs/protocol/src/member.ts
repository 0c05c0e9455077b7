/** A member as the others see it: an id, and whatever the kind's `member` schema shows. The system is `{ id: 'system' }`. */
export interface WireMember {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** How a member's session in a room ended. `lost` is a drop that outlived its grace. */
export type LeaveReason = 'left' | 'lost' | 'kicked' | 'expired';
