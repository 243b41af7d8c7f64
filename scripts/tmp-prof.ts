import {compileAcl} from '#protocol/dacl/compile.ts';
import {lintAcl} from '#protocol/dacl/lint.ts';
import {parseAcl} from '#protocol/dacl/parse.ts';
const text = Array.from({length: 10_000}, (_, i) => i === 9999 ? 'permit ip any any' : `deny tcp any host 10.${i >> 12}.${(i >> 4) & 255}.${(i & 15) + 1} eq ${1000 + (i % 7)}`).join('\n');
const cpu = () => { const {user, system} = process.cpuUsage(); return (user + system) / 1000; };
const p: number[] = [], l: number[] = [], c: number[] = [], w: number[] = [];
for (let i = 0; i < 30; i++) {
  const t0 = cpu(); const s0 = performance.now(); parseAcl(text, {name: 'x'}); const t1 = cpu();
  const {acl} = lintAcl(text, {family: 'ipv4', psns: ['10.10.1.11'], port: 8449, state: 'compliant'}); const t2 = cpu();
  compileAcl(acl, 'acl_1'); const t3 = cpu();
  p.push(t1 - t0); l.push(t2 - t1); c.push(t3 - t2); w.push(performance.now() - s0);
}
const med = (a: number[]) => a.slice(10).sort((x, y) => x - y)[10]?.toFixed(0);
console.log('cpu parse', med(p), 'lint (with parse)', med(l), 'compile', med(c), 'wall all', med(w));
