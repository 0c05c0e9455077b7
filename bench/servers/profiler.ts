import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const EVERY_MICROS = 500;

/** Where the time of this process goes, from `start` to `stop`. */
export class Profiler {
  readonly #session = new Session();

  async start(): Promise<void> {
    this.#session.connect();
    await this.#post('Profiler.enable');
    await this.#post('Profiler.setSamplingInterval', { interval: EVERY_MICROS });
    await this.#post('Profiler.start');
  }

  /** Writes a `.cpuprofile`, which Chromium's developer tools open. */
  async stop(file: string): Promise<void> {
    const { profile } = (await this.#post('Profiler.stop')) as { profile: object };
    this.#session.disconnect();
    writeFileSync(file, JSON.stringify(profile));
  }

  #post(method: string, parameters: object = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#session.post(method, parameters, (error, result) => (error === null ? resolve(result) : reject(error)));
    });
  }
}
