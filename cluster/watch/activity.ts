import type { NodeActivity } from '@greenroom/nestjs';

/** What a node says of itself. */
export type Activity = NodeActivity & { readonly phase: string };

const PATIENCE_MS = 1000;

/** Asks a node what it does; `undefined` when it does not say. */
export const activityOf = async (port: number, token: string): Promise<Activity | undefined> => {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/operator/activity`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return response.ok ? ((await response.json()) as Activity) : undefined;
  } catch {
    return undefined;
  }
};
