import { isRetryable, type ErrorCode } from '@greenroom/protocol';
import type { WorkloadCommand } from './workload.js';

/** A command that has no answer yet that settles it. */
export interface Outstanding extends WorkloadCommand {
  readonly room: string;
  readonly id: string;
  attempts: number;
  /** Under way since then, by the participant's clock. */
  askedAt: number | undefined;
}

/** Whether the same command is to be sent again after that refusal. */
export const isWorthARetry = (code: ErrorCode): boolean => isRetryable(code) || code === 'NOT_A_MEMBER';
