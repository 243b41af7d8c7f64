// A desk switch's cables and its bridge, on a real kernel.
import test from 'ava';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {execIn} from '#harness/containers/exec.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {methodOf, nadOf} from '#harness/nad-handle.ts';
import {isCompliantAcl} from '#harness/scenarios/becomes-compliant.ts';
import {inLab} from '#specs/flows/in-lab.ts';
import {topology} from '#topologies/desk.ts';

const pcs = ['pc1', 'pc2'];

test(
  'a host that leaves takes no other’s carrier along, and a port that is shut leaves the hosts theirs',
  inLab({topology}, async (t, lab) => {
    await bothCompliant(lab);
    await endpointOf(lab, 'pc2').linkDown();
    await lab.until('network-changed', {where: {node: 'pc2', change: 'link-down'}});
    t.is(await carrierAt(lab, 'nad', 'fa0-1'), '1');

    await nadOf(lab).setPort('fa0-1', false);
    await lab.until('session-ended', {where: {mac: endpointOf(lab, 'pc1').mac}});
    t.is(await carrierAt(lab, 'desk', 'uplink'), '0');
    t.is(await carrierAt(lab, 'pc1', 'eth0'), '1');
    t.deepEqual(lab.timeline.of('network-changed', {node: 'pc1', change: 'link-down'}), []);
  }),
);

test(
  'without power it takes everybody’s carrier, and with it they are Compliant again',
  inLab({topology}, async (t, lab) => {
    await bothCompliant(lab);
    const stopped = lab.nowMs();
    await lab.stopNode('desk');
    for (const pc of pcs) await lab.until('network-changed', {where: {node: pc, change: 'link-down'}, after: stopped});
    const ended = await Promise.all(
      pcs.map(pc => lab.until('session-ended', {where: {mac: endpointOf(lab, pc).mac}, after: stopped})),
    );
    t.deepEqual(
      ended.map(({cause}) => cause),
      ['Lost-Carrier', 'Lost-Carrier'],
    );
    await lab.startNode('desk');
    await bothCompliant(lab, lab.nowMs());
  }),
);

test(
  '802.1X passes it: each host has a session of its own by a supplicant of its own',
  inLab({topology, settings: healthy => ({...healthy, auth: 'dot1x', timeScale: 3})}, async (t, lab) => {
    await bothCompliant(lab);
    const {sessions} = await nadOf(lab).view();
    t.deepEqual(
      sessions.map(session => [session.mac, methodOf(session)]).sort(),
      pcs.map(pc => [endpointOf(lab, pc).mac, 'dot1x']),
    );
    for (const pc of pcs) t.true(lab.timeline.of('eap-succeeded', {node: pc}).length > 0, pc);
  }),
);

async function bothCompliant(lab: ContainerLab, after = -1): Promise<void> {
  await Promise.all(
    pcs.map(async pc => {
      const {address} = endpointOf(lab, pc);
      await lab.until('status-shown', {where: {node: pc, status: 'Compliant'}, after});
      await lab.until('acl-installed', {where: event => isCompliantAcl(event) && event.address === address, after});
    }),
  );
}

async function carrierAt(lab: ContainerLab, node: string, port: string): Promise<string> {
  const {stdout} = await execIn(lab.containerOf(node), ['cat', `/sys/class/net/${port}/carrier`]);
  return stdout.trim();
}
