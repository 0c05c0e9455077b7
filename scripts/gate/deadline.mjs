/** Processes that run now, by the id of their group: npm and all it starts. */
const running = new Set();

const kill = (child) => {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
};

/** One limit over all that is watched. */
export class Deadline {
  #end;

  constructor(seconds) {
    this.seconds = seconds;
    this.#end = performance.now() + seconds * 1000;
  }

  /** Ends a process group when time is up; `expired` is called first. */
  watch(child, expired) {
    running.add(child);
    const timer = setTimeout(
      () => {
        expired();
        kill(child);
      },
      Math.max(0, this.#end - performance.now()),
    );
    child.once('close', () => {
      clearTimeout(timer);
      running.delete(child);
    });
  }
}

/** Leaves nothing behind: a gate that stops takes its steps with it. */
export const killAll = () => {
  for (const child of running) kill(child);
};
