import {compileAcl} from '#protocol/dacl/compile.ts';
import {parseAcl} from '#protocol/dacl/parse.ts';

const big = Array.from(
  {length: 10000},
  (_, i) => `permit tcp any host 10.${(i >> 8) & 255}.${i & 255}.1 eq ${i + 1}`,
).join('\n');
const mixed = Array.from({length: 10000}, (_, i) =>
  i % 2
    ? `deny udp any 10.${(i >> 8) & 255}.${i & 255}.0 0.0.0.255 range 5 ${i + 6}`
    : `permit tcp any host 10.${(i >> 8) & 255}.${i & 255}.1 eq ${i + 1} established log`,
).join('\n');
const t0 = performance.now();
for (let k = 0; k < 6; k++)
  for (const [n, x] of Object.entries({big, mixed})) {
    let t = performance.now();
    const {acl} = parseAcl(x, {name: 'x'});
    const p = performance.now() - t;
    t = performance.now();
    compileAcl(acl, 'acl_1');
    console.log(n, 'parse', p.toFixed(1), 'compile', (performance.now() - t).toFixed(1));
  }
