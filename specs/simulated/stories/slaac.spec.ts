// An endpoint that makes itself an IPv6 address, or cannot (RFC 4861, 4862), in virtual time.
import test from 'ava';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {daclNames} from '#harness/policy-plan.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {simulate} from '#harness/simulator/simulated-lab.ts';
import {slaacAddresses} from '#harness/slaac.ts';
import {topology} from '#topologies/dual-stack.ts';

const {global, linkLocal} = slaacAddresses('00:50:56:A8:BE:02', '2001:db8:255::1');

test('the switch learns link-local, global and IPv4 address, in this order, and has them no more without its link', async t => {
  await using lab = await simulate({topology, seed: 1});
  const {installed} = await becomesCompliant(lab);
  t.deepEqual(
    lab.timeline.of('address-learnt').map(({address}) => address),
    [linkLocal, global, '192.168.255.193'],
  );

  await endpointOf(lab).linkDown();
  const ended = await lab.until('session-ended', {after: installed});
  t.false((await nadOf(lab).view()).tracking.some(({state}) => state === 'ACTIVE'));
  await endpointOf(lab).linkUp();
  await becomesCompliant(lab, ended);
  t.deepEqual((await nadOf(lab).view()).sessions[0]?.ipv6Addresses, [global, linkLocal]);
});

test('an endpoint that hears no advertisement goes on by IPv4, and is on another network when one comes after all', async t => {
  await using lab = await simulate({
    topology,
    seed: 1,
    prepare: async it => it.impair('endpoint', {loss: 1}, {from: 'nad'}),
  });
  const started = await lab.until('service-started');
  t.true(started.atMs >= 30_000, 'it has waited');
  await lab.impair('endpoint', null);
  const changed = await lab.until('network-changed', {where: {change: 'link-up'}, after: started});
  const shown = await lab.until('status-shown', {where: {status: 'Compliant'}, after: changed});

  t.true(lab.timeline.of('address-learnt').some(({address, atMs}) => address === global && atMs > started.atMs));
  t.true(shown.atMs > changed.atMs);
});

test('device tracking keeps the addresses of a host that answers, and loses those of one that does not', async t => {
  await using lab = await simulate({topology, seed: 1});
  await becomesCompliant(lab);
  await lab.elapse(200_000);
  t.is((await nadOf(lab).view()).tracking.length, 3);

  await endpointOf(lab).answerArp(false);
  await endpointOf(lab).answerDiscovery(false);
  await lab.until('acl-withdrawn', {where: ({acl}) => acl.includes(daclNames.compliantIpv6), withinMs: 300_000});
  await lab.elapse(40_000);
  t.deepEqual((await nadOf(lab).view()).tracking, []);
});
