// IPv6 in a topology: what is refused, with the field, and what the roles are given of it.
import test from 'ava';
import {linkScript} from '#harness/containers/linker.ts';
import {defaultSettings} from '#harness/lab-settings.ts';
import {planRoles} from '#harness/role-plan.ts';
import {slaacAddresses} from '#harness/slaac.ts';
import {checkTopology, type Topology, TopologyError} from '#harness/topology.ts';
import {parseAcl} from '#protocol/dacl/parse.ts';
import {topology as dualStack} from '#topologies/dual-stack.ts';
import {topology as twoPsn} from '#topologies/two-psn.ts';

const pids = {endpoint: 1, nad: 2, psn1: 3, psn2: 4};

test('the declared topologies are usable, and the one without IPv6 says nothing of it anywhere', t => {
  t.deepEqual(checkTopology('dual-stack', dualStack), dualStack);
  const [endpoint, nad, psn] = planRoles(twoPsn, defaultSettings(twoPsn));

  t.like(endpoint, {settings: {slaac: null}});
  t.like(nad, {settings: {ipv6Addresses: [], ipv6Names: {}}});
  t.like(psn, {settings: {ipv6Address: null}});
  t.notRegex(linkScript(twoPsn, pids), /:db8:|fe80|addrgenmode|ndisc/);
  t.notRegex(JSON.stringify(planRoles(twoPsn, defaultSettings(twoPsn))), /Posture_\w+_IPv6/);
});

test('a host makes its addresses of its MAC as RFC 4291 appendix A has it', t => {
  t.deepEqual(slaacAddresses('00:50:56:A8:BE:02', '2001:db8:255::1'), {
    global: '2001:db8:255:0:250:56ff:fea8:be02',
    linkLocal: 'fe80::250:56ff:fea8:be02',
  });
});

test('the lists of a healthy network are right in both families', t => {
  const {dacl} = defaultSettings(dualStack);
  for (const [place, text] of Object.entries(dacl)) {
    const family = place.endsWith('Ipv6') ? 'ipv6' : 'ipv4';
    t.deepEqual(parseAcl(text, {name: place, family}).problems, [], place);
  }
  t.is(Object.keys(dacl).length, 6);
});

test('the endpoint leaves its link down until it begins, and has it up when the switch was started again', t => {
  t.notRegex(scriptFor('endpoint', linkScript(dualStack, pids)), /link set eth0 up/);
  t.regex(scriptFor('endpoint', linkScript(dualStack, pids, 'nad')), /link set eth0 up/);
});

const mistakes: {what: string; change: (nodes: Topology['nodes']) => unknown; problem: RegExp}[] = [
  {
    what: 'an address that could be written shorter',
    change: nodes => ({...nodes, psn1: {...nodes['psn1'], ipv6Address: '2001:DB8:1::11/64'}}),
    problem: /nodes\.psn1\.ipv6Address: .*IPv6 address/,
  },
  {
    what: 'another prefix length than 64',
    change: nodes => ({...nodes, nad: {...nodes['nad'], ipv6Address: '2001:db8:255::1/56'}}),
    problem: /nodes\.nad\.ipv6Address: .*\/64/,
  },
  {
    what: 'SLAAC where nobody advertises',
    change: nodes => ({...nodes, nad: {...nodes['nad'], ipv6Address: undefined, routedIpv6: undefined}}),
    problem: /nodes\.endpoint\.ipv6: expected nodes\.nad\.ipv6Address/,
  },
  {
    what: 'an address without a gateway',
    change: nodes => ({...nodes, psn1: {...nodes['psn1'], ipv6Gateway: undefined}}),
    problem: /nodes\.psn1: expected ipv6Address and ipv6Gateway both/,
  },
  {
    what: 'an address twice',
    change: nodes => ({...nodes, psn2: {...nodes['psn2'], ipv6Address: '2001:db8:1::11/64'}}),
    problem: /nodes\.psn2: 2001:db8:1::11 is also given to psn1/,
  },
  {
    what: 'a routed port that is none',
    change: nodes => ({...nodes, nad: {...nodes['nad'], routedIpv6: {'fa0-12': '2001:db8:9::1/64'}}}),
    problem: /nodes\.nad\.routedIpv6: expected one of gi0-1, gi0-2, got fa0-12/,
  },
  {
    what: 'a line of a script for an address',
    change: nodes => ({...nodes, psn1: {...nodes['psn1'], ipv6Gateway: '2001:db8::1\nEND'}}),
    problem: /nodes\.psn1\.ipv6Gateway/,
  },
];

for (const {what, change, problem} of mistakes) {
  test(`${what} is refused`, t => {
    const error = t.throws(() => checkTopology('x', {...dualStack, nodes: change(dualStack.nodes)}), {
      instanceOf: TopologyError,
    });
    t.regex(error?.message ?? '', problem);
  });
}

/** The commands for one node, by its process. */
function scriptFor(node: keyof typeof pids, script: string): string {
  const [, , commands = ''] =
    new RegExp(`(/proc/${pids[node]}/ns/net ip -batch - <<'END'\n)([^]*?)\nEND`).exec(script) ?? [];
  return commands;
}
