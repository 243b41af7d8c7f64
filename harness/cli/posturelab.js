#!/usr/bin/env node
// Starts the command line on Node 24, which runs TypeScript as it is; an older Node hands over to the one of `npm ci`.
import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import module from 'node:module';
import {fileURLToPath} from 'node:url';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const own = fileURLToPath(new URL('../../node_modules/node/bin/node', import.meta.url));
const compiled = fileURLToPath(new URL('../../.cache/compiled', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= 24) {
  process.removeAllListeners('warning');
  module.enableCompileCache(compiled); // does nothing where it may not write
  await import(main);
} else if (existsSync(own)) {
  const {status, signal} = spawnSync(own, ['--disable-warning=ExperimentalWarning', main, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? (signal ? 130 : 1);
} else {
  console.error(
    `posturelab needs Node 24; this is ${process.version}, and node_modules has none. Run \`npm ci\` first.`,
  );
  process.exitCode = 3;
}
