import { resolve, sep } from 'node:path';

/** What npm tells the scripts it runs of the package they belong to. */
const FROM_NPM = /^(npm_(package|lifecycle)_.*|npm_(command|execpath|node_execpath)|npm_config_local_prefix|INIT_CWD)$/;
const isNpmsOwn = (folder) =>
  folder.startsWith(resolve('.') + sep) || /[/\\]node_modules[/\\](\.bin|@npmcli[/\\].*)$/.test(folder);

/**
 * The environment of somebody who has never heard of this repository: nothing of its `node_modules` is on the PATH. npm
 * is quiet, takes what it has fetched before, and a conflict of peers is an error to it.
 */
export const strangersEnv = ({ NODE_ENV: _, ...env } = process.env) => ({
  ...Object.fromEntries(Object.entries(env).filter(([name]) => !FROM_NPM.test(name))),
  PATH: (env.PATH ?? '')
    .split(':')
    .filter((folder) => !isNpmsOwn(folder))
    .join(':'),
  NO_COLOR: '1',
  npm_config_strict_peer_deps: 'true',
  npm_config_prefer_offline: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
});
