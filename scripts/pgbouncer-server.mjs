import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackedProgram } from './debian.mjs';
import { answers } from './postgres-server.mjs';
import { freePort } from './processes.mjs';
import { startServer } from './server-process.mjs';
import { handOver } from './unprivileged.mjs';

/**
 * A real PgBouncer before a PostgreSQL, in transaction mode: what comes next on a connection to it may be done on any of its two
 * connections to the server. The first one on a machine is unpacked from Debian's packages.
 */
export class PgBouncer {
  #process;

  constructor(port, dir) {
    this.port = port;
    this.dir = dir;
  }

  static async start(serverPort) {
    const dir = mkdtempSync(join(tmpdir(), 'greenroom-pgbouncer-'));
    const bouncer = new PgBouncer(await freePort(), dir);
    const settings = {
      listen_addr: '127.0.0.1',
      listen_port: bouncer.port,
      unix_socket_dir: '',
      auth_type: 'trust',
      auth_file: join(dir, 'users'),
      pool_mode: 'transaction',
      default_pool_size: 2,
      server_login_retry: 0.1,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    writeFileSync(join(dir, 'users'), '"greenroom" ""\n');
    const databases = ['[databases]', `* = host=127.0.0.1 port=${serverPort}`];
    writeFileSync(join(dir, 'ini'), [...databases, '[pgbouncer]', ...lines, ''].join('\n'));
    handOver(dir);
    try {
      const program = unpackedProgram('pgbouncer', 'pgbouncer', ['/usr/sbin']);
      bouncer.#process = await startServer(program, [join(dir, 'ini')], dir, () => answers(bouncer.port));
      return bouncer;
    } catch (error) {
      await bouncer.close();
      throw error;
    }
  }

  get url() {
    return `postgres://greenroom@127.0.0.1:${this.port}/postgres`;
  }

  async close() {
    this.#process?.child.kill('SIGKILL');
    await this.#process?.ended;
    rmSync(this.dir, { recursive: true, force: true });
  }
}
