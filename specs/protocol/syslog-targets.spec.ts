// From the lab's settings to who sends syslog where.
import test from 'ava';
import {NoSuchNodeError} from '#harness/lab.ts';
import {defaultSettings} from '#harness/lab-settings.ts';
import {planRoles} from '#harness/role-plan.ts';
import {applySetOption} from '#harness/set-option.ts';
import {topology} from '#topologies/two-psn.ts';

const healthy = defaultSettings(topology);
const psnsOf = (settings: typeof healthy) =>
  planRoles(topology, settings).flatMap(({kind, node, settings: own}) =>
    kind === 'psn' ? [{node, targets: own.syslogTargets, port: own.ports.syslog}] : [],
  );

test('without targets nobody sends and nobody listens', t => {
  t.deepEqual(psnsOf(healthy), [
    {node: 'psn1', targets: [], port: null},
    {node: 'psn2', targets: [], port: null},
  ]);
});

test('a PSN that is a target listens, and the others send to it', t => {
  const settings = applySetOption(applySetOption(healthy, 'psn.syslogTargets', 'psn2'), 'psn.syslogPort', '5514');
  t.deepEqual(psnsOf(settings), [
    {node: 'psn1', targets: [{address: '10.10.2.12', port: 5514}], port: null},
    {node: 'psn2', targets: [], port: 5514},
  ]);
});

test('a target that is no PSN, and a port that is none, are refused with what is possible', t => {
  const unknown = applySetOption(healthy, 'psn.syslogTargets', 'psn9');
  t.throws(() => psnsOf(unknown), {instanceOf: NoSuchNodeError, message: /psn9.*psn1, psn2/});
  for (const port of ['0', '70000', '5.5', 'x'])
    t.throws(() => applySetOption(healthy, 'psn.syslogPort', port), {message: /psn\.syslogPort/}, port);
});
