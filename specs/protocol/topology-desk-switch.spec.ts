// What a topology may say of a desk switch, and what the linker makes of it.
import test from 'ava';
import {linkScript} from '#harness/containers/linker.ts';
import {accessPathOf} from '#harness/desk-switch.ts';
import {defaultSettings} from '#harness/lab-settings.ts';
import {planRoles} from '#harness/role-plan.ts';
import {checkTopology, TopologyError} from '#harness/topology.ts';
import {topology} from '#topologies/desk.ts';
import {topology as phoneDesk} from '#topologies/phone-desk.ts';

const pids = {pc1: 11, pc2: 12, desk: 13, nad: 14, psn1: 15, psn2: 16};

test('both hosts are behind the port that the desk switch is cabled to', t => {
  for (const [endpoint, own] of [
    ['pc1', 'p1'],
    ['pc2', 'p2'],
  ] as const) {
    t.deepEqual(accessPathOf(topology, endpoint), {
      port: 'fa0-1',
      links: [
        [`${endpoint}:eth0`, `desk:${own}`],
        ['desk:uplink', 'nad:fa0-1'],
      ],
    });
  }
});

test('it is told which of its interfaces is which', t => {
  const plan = planRoles(checkTopology('desk', topology), defaultSettings(topology)).find(({node}) => node === 'desk');
  t.deepEqual(plan?.settings, {uplink: 'uplink', hostPorts: ['p1', 'p2'], poe: false});
});

test('the linker makes a bridge of it that EAPOL passes, once', t => {
  const bridge = 'link add desk type bridge forward_delay 0 group_fwd_mask 8';
  t.is(linkScript(topology, pids).split(bridge).length, 2);
  for (const port of ['p1', 'p2', 'uplink'])
    t.true(linkScript(topology, pids).includes(`link set dev ${port} master desk`), port);
});

test('where a neighbour was started again, its port is put back into the bridge, which is still there', t => {
  const script = linkScript(topology, pids, 'pc1');
  t.false(script.includes('type bridge'));
  t.true(script.includes('link set dev p1 master desk'));
  t.false(script.includes('link set dev p2 master desk'));
});

test('where it was started again itself, it is made anew with all its ports', t => {
  const script = linkScript(topology, pids, 'desk');
  t.is(script.split('type bridge').length, 2);
  for (const port of ['p1', 'p2', 'uplink']) t.true(script.includes(`link set dev ${port} master desk`), port);
  t.true(script.includes('link set dev fa0-1 master vlan255'));
});

test('a port’s host mode comes from the topology, and the phone is in its group by its MAC', t => {
  const plans = planRoles(checkTopology('phone-desk', phoneDesk), defaultSettings(phoneDesk));
  t.like(plans.find(({kind}) => kind === 'nad')?.settings, {
    hostMode: 'multi-auth',
    hostModes: {'fa0-1': 'multi-domain'},
  });
  t.like(plans.find(({kind}) => kind === 'psn')?.settings, {
    policy: {identityGroups: [{name: 'Cisco-IP-Phone', macs: ['00:1B:D4:0F:0E:01']}]},
  });
  t.like(plans.find(({node}) => node === 'phone-switch')?.settings, {poe: true});
});

test('a phone has no supplicant, also where the others have one', t => {
  const plans = planRoles(phoneDesk, {...defaultSettings(phoneDesk), auth: 'dot1x'});
  const supplicantOf = (name: string) =>
    plans.flatMap(plan => (plan.kind === 'endpoint' && plan.node === name ? [plan.settings.supplicant] : []))[0];
  t.is(supplicantOf('phone'), null);
  t.truthy(supplicantOf('pc'));
});

test('a host mode of a port that is no access port is refused', t => {
  const nodes = {...topology.nodes, nad: {...topology.nodes['nad'], hostModes: {'gi0-1': 'single-host'}}};
  t.throws(() => checkTopology('wrong', {...topology, nodes}), {
    instanceOf: TopologyError,
    message: /nodes\.nad\.hostModes: expected access ports \(fa0-1\), got gi0-1/,
  });
});

for (const [what, links, problem] of [
  ['no uplink', topology.links.toSpliced(2, 1), /^links: expected one link from desk switch desk .* got 0$/],
  [
    'two uplinks',
    [...topology.links, {ends: ['desk:uplink2', 'nad:fa0-2']}],
    /^links: expected one link from desk switch desk .* got 2$/,
  ],
  [
    'a routed port',
    topology.links.with(2, {ends: ['desk:uplink', 'nad:gi0-1']}).with(3, {ends: ['nad:fa0-1', 'psn1:eth0']}),
    /^links: expected an access port for desk switch desk, got nad:gi0-1, which is routed$/,
  ],
  [
    'the name of its bridge',
    topology.links.with(2, {ends: ['desk:desk', 'nad:fa0-1']}),
    /^links: expected another name for desk:desk: a desk switch has an interface of that name$/,
  ],
  [
    'a policy node at it',
    topology.links.with(3, {ends: ['desk:p3', 'psn1:eth0']}),
    /^links: expected an endpoint or the switch at the other end of desk:p3, got psn1:eth0$/,
  ],
] as const) {
  test(`${what} is refused, in words`, t => {
    const error = t.throws(() => checkTopology('wrong', {...topology, links}), {instanceOf: TopologyError});
    t.true(
      error.problems.some(text => problem.test(text)),
      error.message,
    );
  });
}
