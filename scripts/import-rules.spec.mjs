import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const LIBS = ['protocol', 'client', 'rooms', 'nestjs', 'store-lmdb', 'store-postgres', 'redis', 'testing'];

/** A small repository of the same layout, in which each file does what one rule forbids, or what none does. */
const FILES = {
  ...Object.fromEntries(LIBS.map((lib) => [`libs/${lib}/src/index.ts`, 'export {};'])),
  'libs/protocol/src/msgpack/index.ts': 'export {};',
  'libs/client/src/socket.io/index.ts': 'export {};',
  'libs/rooms/src/room/statechart.ts': "import { setup } from 'xstate';\nexport const machine = setup({});",
  'libs/rooms/src/room/room.ts': 'export {};',
  'libs/rooms/src/types.ts': "import type { AnyActor } from 'xstate';\nexport type A = AnyActor;",
  'libs/rooms/src/room.spec.ts': "import '@greenroom/testing';\nimport 'xstate';",
  'libs/client/src/room.spec.ts':
    "import '@greenroom/protocol';\nimport '@greenroom/rooms';\nimport '@greenroom/testing';",
  'src/main.ts': "import '@greenroom/nestjs';\nimport '@greenroom/protocol/msgpack';",
  'src/chat/contract.ts': "import 'xstate';\nexport type Chat = 1;",
  'src/chat/page/main.tsx':
    "import '@greenroom/client';\nimport 'preact';\nimport type { Chat } from '../contract.js';\nimport '../../pages/style.js';\nexport type C = Chat;",
  'src/pages/style.ts': 'export {};',
  'cluster/main.ts':
    "import '@greenroom/client';\nimport type { Chat } from '../src/chat/contract.js';\nexport type C = Chat;",
  'cluster/page/main.tsx':
    "import 'preact';\nimport '../../src/pages/style.js';\nimport type { C } from '../main.js';\nexport type D = C;",
  'test/all.spec.ts': "import '@greenroom/testing';\nimport '@greenroom/client/socket.io';\nimport '../src/main.js';",

  'libs/protocol/src/bad-layer.ts': "import '@greenroom/rooms';",
  'libs/client/src/bad-layer.ts': "import '@greenroom/rooms';",
  'libs/client/src/bad-layer.spec.ts': "import '@greenroom/nestjs';",
  'libs/rooms/src/bad-layer.ts': "import '@greenroom/nestjs';",
  'libs/nestjs/src/bad-layer.ts': "import '@greenroom/store-lmdb';",
  'libs/store-lmdb/src/bad-layer.ts': "import '@greenroom/nestjs';",
  'libs/store-postgres/src/bad-layer.ts': "import '@greenroom/redis';",
  'libs/redis/src/bad-layer.ts': "import '@greenroom/store-lmdb';",
  'libs/testing/src/bad-layer.ts': "import '@greenroom/nestjs';",
  'libs/rooms/src/bad-layer.spec.ts': "import '@greenroom/nestjs';",
  'libs/rooms/src/bad-app.ts': "import '../../../src/main.js';",
  'libs/rooms/src/bad-cycle.ts': "import './bad-cycle-back.js';\nexport {};",
  'libs/rooms/src/bad-cycle-back.ts': "import './bad-cycle.js';\nexport {};",
  'src/bad-unresolvable.ts': "import './nowhere.js';",
  'src/bad-deep.ts': "import '../libs/rooms/src/room/room.js';",
  'src/bad-relative.ts': "import '../libs/rooms/src/index.js';",
  'libs/nestjs/src/bad-relative.ts': "import '../../rooms/src/index.js';",
  'src/bad-page.ts': "import './chat/page/main.js';",
  'src/chat/page/bad-contract.ts': "import '../contract.js';",
  'src/chat/page/bad-package.ts': "import 'xstate';",
  'src/chat/page/bad-lib.ts': "import '@greenroom/rooms';",
  'src/open/page/bad-other.ts': "import '../../chat/page/main.js';",
  'cluster/page/bad-slice.ts': "import '../../src/chat/page/main.js';",
  'cluster/page/bad-control.ts': "import '../main.js';",
  'cluster/bad-app.ts': "import '../src/main.js';",
  'src/bad-cluster.ts': "import '../cluster/main.js';",
  'src/bad-testing.ts': "import '@greenroom/testing';",
  'src/bad-tests.ts': "import '../test/all.spec.js';",
  'libs/rooms/src/bad-nest.ts': "import '@nestjs/common';",
  'libs/rooms/src/bad-socket.ts': "import 'ws';",
  'libs/protocol/src/bad-socket.ts': "import type { Server } from 'socket.io';\nexport type S = Server;",
  'libs/rooms/src/bad-xstate.ts': "import { setup } from 'xstate';\nexport const machine = setup({});",
  'libs/nestjs/src/bad-internal.ts': "import '@nestjs/core/internal';",
};

const repository = realpathSync(mkdtempSync(join(tmpdir(), 'greenroom-imports-')));
let found;

const cruise = () => {
  const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', '.'];
  try {
    return execFileSync(resolve('node_modules/.bin/depcruise'), args, { cwd: repository, encoding: 'utf8' });
  } catch (error) {
    return error.stdout;
  }
};

beforeAll(() => {
  for (const [path, code] of Object.entries(FILES)) {
    mkdirSync(join(repository, dirname(path)), { recursive: true });
    writeFileSync(join(repository, path), code);
  }
  const modules = join(repository, 'node_modules');
  for (const scope of ['@greenroom', '@nestjs']) mkdirSync(join(modules, scope), { recursive: true });
  for (const lib of LIBS) {
    cpSync(`libs/${lib}/package.json`, join(repository, 'libs', lib, 'package.json'));
    symlinkSync(join(repository, 'libs', lib), join(modules, '@greenroom', lib));
  }
  for (const name of ['@nestjs/common', '@nestjs/core', 'preact', 'socket.io', 'typescript', 'ws', 'xstate'])
    symlinkSync(resolve('node_modules', name), join(modules, name));
  for (const file of ['.dependency-cruiser.cjs', 'package.json', 'tsconfig.json', 'tsconfig.base.json'])
    cpSync(file, join(repository, file));

  found = JSON.parse(cruise())
    .summary.violations.map(({ rule, from }) => `${rule.name} ${from}`)
    .toSorted();
});

afterAll(() => rmSync(repository, { recursive: true, force: true }));

test('each rule about imports catches what it is for, and nothing else', () => {
  expect(found).toEqual(
    [
      'protocol-layer libs/protocol/src/bad-layer.ts',
      'client-layer libs/client/src/bad-layer.ts',
      'client-spec-layer libs/client/src/bad-layer.spec.ts',
      'rooms-layer libs/rooms/src/bad-layer.ts',
      'nestjs-layer libs/nestjs/src/bad-layer.ts',
      'store-lmdb-layer libs/store-lmdb/src/bad-layer.ts',
      'store-postgres-layer libs/store-postgres/src/bad-layer.ts',
      'redis-layer libs/redis/src/bad-layer.ts',
      'testing-layer libs/testing/src/bad-layer.ts',
      'rooms-spec-layer libs/rooms/src/bad-layer.spec.ts',
      'rooms-layer libs/rooms/src/bad-app.ts',
      'no-cycle libs/rooms/src/bad-cycle-back.ts',
      'resolvable src/bad-unresolvable.ts',
      'no-deep-import-into-a-lib src/bad-deep.ts',
      'libs-by-their-name src/bad-deep.ts',
      'libs-by-their-name src/bad-relative.ts',
      'libs-by-their-name libs/nestjs/src/bad-relative.ts',
      'the-server-knows-no-page src/bad-page.ts',
      'a-page-knows-the-client-and-types src/chat/page/bad-contract.ts',
      'a-page-knows-the-client-and-types src/chat/page/bad-package.ts',
      'a-page-knows-the-client-and-types src/chat/page/bad-lib.ts',
      'a-page-knows-no-other-page src/open/page/bad-other.ts',
      'a-page-knows-no-other-page cluster/page/bad-slice.ts',
      'a-page-knows-the-client-and-types cluster/page/bad-control.ts',
      'the-cluster-runs-the-app cluster/bad-app.ts',
      'product-knows-no-cluster src/bad-cluster.ts',
      'testing-only-in-tests src/bad-testing.ts',
      'product-knows-no-tests src/bad-tests.ts',
      'the-engine-knows-no-nest-and-no-sockets libs/rooms/src/bad-nest.ts',
      'the-engine-knows-no-nest-and-no-sockets libs/rooms/src/bad-socket.ts',
      'the-engine-knows-no-nest-and-no-sockets libs/protocol/src/bad-socket.ts',
      'only-the-statechart-knows-xstate-inside libs/rooms/src/bad-xstate.ts',
      'package-roots-only libs/nestjs/src/bad-internal.ts',
    ].toSorted(),
  );
});
