// protocol/ decides, shells do: nothing in it may reach for the world. Imports and globals are looked at as text.
import {globSync, readFileSync} from 'node:fs';
import test from 'ava';

const hashFunctions = ['createHmac', 'hash', 'timingSafeEqual'];
const forbiddenGlobals = [
  /\bDate\.now\b/,
  /\bnew Date\(\)/,
  /\bMath\.random\b/,
  /\bperformance\b/,
  /\bprocess\b\./,
  /\bBuffer\b/,
  /\bconsole\b\./,
  /\bfetch\(/,
  /\bset(Timeout|Interval|Immediate)\b/,
  /\bqueueMicrotask\b/,
  /\bcrypto\.(getRandomValues|randomUUID)\b/,
  /\bimport\(/,
  /\bglobalThis\b/,
];

for (const path of globSync('protocol/**/*.ts')) {
  const code = withoutComments(readFileSync(path, 'utf8'));

  test(`${path} imports only the protocol and hash functions`, t => {
    for (const [, names = '', from = ''] of code.matchAll(/(?:import|export)\s([^;]*?)from\s+'([^']+)'/g)) {
      if (from.startsWith('#protocol/')) continue;
      t.is(from, 'node:crypto', `${path} imports ${from}. Pass it in, or move the code.`);
      const imported = names
        .replace(/[{}]/g, '')
        .split(',')
        .map(name => name.trim())
        .filter(name => name !== '');
      t.deepEqual(
        imported.filter(name => !hashFunctions.includes(name)),
        [],
        `of node:crypto only ${hashFunctions.join(', ')}`,
      );
    }
    t.notRegex(code, /import\s+'/, 'an import for its side effects');
  });

  test(`${path} asks no clock, no dice, no world`, t => {
    for (const pattern of forbiddenGlobals)
      t.notRegex(code, pattern, `${path} uses ${pattern.source}. Time, chance and bytes are arguments.`);
  });
}

function withoutComments(code: string): string {
  return code
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/\s\/\/ .*$/gm, '');
}
