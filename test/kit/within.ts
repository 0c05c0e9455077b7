/** How long a spec waits for what must come, milliseconds. Only a failing one waits so long. */
export const PATIENCE_MS = 60_000;

/** What comes of a promise, or an error that says what did not come in time. */
export async function within<T>(what: string, promise: Promise<T>, ms = PATIENCE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lets so many milliseconds pass: for what takes its time by promise, or to show that nothing comes. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks again and again until it holds: for what tells nobody when it changes. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = PATIENCE_MS,
): Promise<void> {
  const end = Date.now() + ms;
  for (;;) {
    // Before it looks: where the whole machine has stood still, it looks once more.
    const isLast = Date.now() > end;
    if (await holds()) return;
    if (isLast) throw new Error(`${what}: not within ${ms} ms`);
    await pause(20);
  }
}
