// What a topology may say of endpoints that have their addresses by DHCP.
import test from 'ava';
import {linkScript} from '#harness/containers/linker.ts';
import {defaultSettings} from '#harness/lab-settings.ts';
import {planRoles} from '#harness/role-plan.ts';
import {checkTopology, TopologyError} from '#harness/topology.ts';
import {topology} from '#topologies/dhcp.ts';
import {topology as twoPsn} from '#topologies/two-psn.ts';

const pids = {endpoint: 11, nad: 12, psn1: 13, psn2: 14};

test('the switch has a reservation for it, and the linker gives it neither address nor route', t => {
  const plans = planRoles(checkTopology('dhcp', topology), defaultSettings(topology));
  const nad = plans.find(plan => plan.kind === 'nad');
  t.deepEqual(nad?.kind === 'nad' && nad.settings.leases, [{mac: '00:50:56:A8:BE:02', address: '192.168.255.193'}]);
  const script = linkScript(topology, pids);
  t.false(script.includes('192.168.255.193'));
  t.false(script.includes('via 192.168.255.12'));
});

test('without it there is no reservation, and the linker does both', t => {
  const plans = planRoles(twoPsn, defaultSettings(twoPsn));
  const nad = plans.find(plan => plan.kind === 'nad');
  t.deepEqual(nad?.kind === 'nad' && nad.settings.leases, []);
  t.true(linkScript(twoPsn, pids).includes('addr add 192.168.255.193/24 dev eth0'));
});

for (const [field, wrong] of [
  ['address', {address: '192.168.254.193/24'}],
  ['address', {address: '192.168.255.193/16'}],
  ['gateway', {gateway: '192.168.255.1'}],
] as const) {
  test(`${JSON.stringify(wrong)} is not what the switch's server gives`, t => {
    const nodes = {...topology.nodes, endpoint: {...topology.nodes['endpoint'], ...wrong}};
    const error = t.throws(() => checkTopology('wrong', {...topology, nodes}), {instanceOf: TopologyError});
    t.is(error.problems.length, 1);
    t.regex(error.problems[0] ?? '', new RegExp(`^nodes\\.endpoint\\.${field}: expected .*switch`));
  });
}
