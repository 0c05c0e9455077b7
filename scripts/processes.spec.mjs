import { expect, test } from '@jest/globals';
import { finish, kill, start, stop } from './processes.mjs';

const node = (code) => start(process.execPath, ['-e', code]);

test('a process that ends well has nothing said of it; any other end is told with all it wrote', async () => {
  expect(await finish(node(''), 20)).toBeUndefined();
  expect(await finish(node('console.log("out");console.error("err");process.exit(3)'), 20)).toMatch(
    /^ended with 3\n(out\nerr|err\nout)$/,
  );
  expect(await finish(start('/nowhere/program', []), 20)).toContain('ENOENT');
});

test('what takes too long is ended with all it has started', async () => {
  const shell = start('sh', ['-c', 'echo waiting; sleep 600; echo done']);
  expect(await finish(shell, 1)).toBe('did not end in 1 s\nwaiting');
  // `sleep` holds the shell's output open: had it lived on, this would never come back.
  expect(await shell.ended).toEqual({ code: null, signal: 'SIGKILL' });
});

test('a server is stopped by SIGTERM, and how it went is told', async () => {
  const serving = async (onSignal) => {
    const server = node(`process.on('SIGTERM', () => { ${onSignal} }); setInterval(() => {}, 1000); console.log('up')`);
    await new Promise((done) => server.child.stdout.once('data', done));
    return server;
  };
  expect(await stop(await serving('process.exit(0)'))).toBeUndefined();
  expect(await stop(await serving('process.exit(4)'))).toBe('stopped with 4 after SIGTERM\nup');
  const reraised = 'process.removeAllListeners("SIGTERM"); process.kill(process.pid, "SIGTERM")';
  expect(await stop(await serving(reraised))).toBeUndefined();
  expect(await stop(await serving(reraised), [0])).toBe('stopped with SIGTERM after SIGTERM\nup');
});

test('ending what has ended does no harm', async () => {
  const done = node('');
  await done.ended;
  expect(() => kill(done)).not.toThrow();
});
