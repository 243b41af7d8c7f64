// Names in virtual time: endpoints ask the switch's DNS server through their port, and remember what it said while the link is up.
import test from 'ava';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {defaultSettings} from '#harness/lab-settings.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import type {PacketSeen} from '#harness/simulator/packet-seen.ts';
import {type SimulatedLab, simulate} from '#harness/simulator/simulated-lab.ts';
import {topology as dualStack} from '#topologies/dual-stack.ts';
import {topology as single} from '#topologies/single-psn.ts';

/** Questions that the port has seen. */
function watch(lab: SimulatedLab): PacketSeen[] {
  const questions: PacketSeen[] = [];
  lab.onPacket = seen => {
    if (seen.packet.destinationPort === 53) questions.push(seen);
  };
  return questions;
}

test('a name is asked for once while the link is up, and again after it was down', async t => {
  await using lab = await simulate({topology: single, seed: 1});
  await becomesCompliant(lab);
  const questions = watch(lab);
  const round = await lab.until('sync-round-finished');
  t.is(questions.length, 0);

  await endpointOf(lab).linkDown();
  await endpointOf(lab).linkUp();
  await becomesCompliant(lab, round);
  t.true(questions.some(({verdict, packet}) => verdict === 'permit' && packet.destination === '192.168.255.12'));
});

test('the closed port swallows the first question, and the second gets through', async t => {
  let questions: PacketSeen[] = [];
  await using lab = await simulate({
    topology: single,
    seed: 1,
    prepare: async it => {
      questions = watch(it);
    },
  });
  await lab.until('psn-found');

  t.deepEqual(
    questions.map(({verdict}) => verdict),
    ['deny', 'permit'],
  );
});

test('a dACL without DNS keeps the agent from every PSN that has a name', async t => {
  const settings = defaultSettings(single);
  const unknown = settings.dacl.unknown.replace('permit udp any any eq domain\n', '');
  await using lab = await simulate({
    topology: single,
    seed: 1,
    settings: {...settings, dacl: {...settings.dacl, unknown}},
  });
  const authorized = await lab.until('session-authorized');
  const failed = await lab.until('discovery-target-failed', {after: authorized});
  await lab.until('server-not-found', {after: failed});

  t.like(failed, {reason: 'timeout', detail: 'no answer from DNS for psn1.posturelab.test'});
});

test('a host with IPv6 asks for that first, and takes IPv4 where a name has no other', async t => {
  const {psn2, ...nodes} = dualStack.nodes;
  if (psn2?.kind !== 'psn') return t.fail('no psn2');
  const {ipv6Address: _, ipv6Gateway: __, ...ipv4Only} = psn2;
  const topology = {...dualStack, nodes: {...nodes, psn2: ipv4Only}};
  await using lab = await simulate({topology, seed: 1});
  const asked: string[] = [];
  lab.onPacket = ({packet}) => {
    if (packet.destinationPort === 8449 && packet.flags?.includes('syn')) asked.push(packet.destination);
  };
  await becomesCompliant(lab);
  await lab.until('sync-round-finished');

  t.deepEqual([...new Set(asked)], ['2001:db8:1::11', '10.10.2.12']);
});
