import { spawn } from 'node:child_process';

const WIDTH = 2;

/** Runs one step to its end; never rejects. */
const runStep = (step, deadline) =>
  new Promise((resolve) => {
    const started = performance.now();
    const output = [];
    const [command, ...args] = step.command;
    // Its own process group, so that it can be ended with everything it started.
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    deadline.watch(child, () => output.push(`\nStopped: the gate has ${deadline.seconds} seconds in all.\n`));
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk) => output.push(chunk));
    child.once('error', (error) => output.push(`${error}\n`));
    child.once('close', (code) => {
      const seconds = (performance.now() - started) / 1000;
      resolve({ step, ok: code === 0, seconds, output: output.join('') });
    });
  });

/**
 * Runs the steps of a stage two at a time and yields their results in the order of the list, but a failure as soon as
 * all before it are known.
 */
export async function* runStage(steps, deadline) {
  const waiting = [...steps];
  const results = new Map();
  const starts = new Map();
  for (const step of steps) results.set(step, new Promise((resolve) => starts.set(step, resolve)));

  const worker = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const result = await runStep(step, deadline);
      if (!result.ok) waiting.length = 0;
      starts.get(step)(result);
    }
  };
  for (let count = 0; count < WIDTH; count++) void worker();
  for (const step of steps) yield await results.get(step);
}
