/** What a reader of the gate sees. */
export class Report {
  #print;
  #passed = 0;
  #failed = 0;
  #testsRan = false;
  #started = performance.now();

  constructor(print) {
    this.#print = print;
  }

  /** Adds up a project's tests; a test that did not run fails its step. */
  count({ passed, failed, problems }, result) {
    this.#testsRan = true;
    this.#passed += passed;
    this.#failed += failed;
    if (problems.length === 0) return;
    result.ok = false;
    result.output += `\n${problems.join('\n')}\n`;
  }

  step({ step, ok, seconds, output }) {
    this.#print(`${ok ? 'ok    ' : 'FAILED'}  ${step.name.padEnd(11)} ${seconds.toFixed(1).padStart(6)} s`);
    if (!ok) this.#print(`\n${output.trimEnd()}\n`);
  }

  /** The closing lines. When no tests were reached there is nothing to count, and no such line. */
  close(allOk) {
    const ok = allOk && this.#passed > 0 && this.#failed === 0;
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1);
    this.#print(`${ok ? 'All steps passed' : 'Not passed'}, ${seconds} s`);
    if (this.#testsRan) this.#print(`${this.#passed} passed, ${this.#failed} failed`);
    return ok;
  }
}
