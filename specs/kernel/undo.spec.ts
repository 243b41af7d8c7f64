// A swap is two transactions. When the kernel has taken the first, with the new chains, and refuses the second, the first is undone.
import test from 'ava';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {execIn} from '#harness/containers/exec.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {defaultSettings} from '#harness/lab-settings.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {adminOf, psnOf} from '#harness/psn-handle.ts';
import {becomesCompliant, isCompliantAcl} from '#harness/scenarios/becomes-compliant.ts';
import {world} from '#specs/flows/in-lab.ts';
import {topology} from '#topologies/two-psn.ts';

test.serial(
  'the chains of a list that could not be bound are gone again, and the lists before are still there',
  async t => {
    const scenario = {name: t.title, claim: t.title, why: '', topology, play: async () => {}};
    const options = {scenario, settings: defaultSettings(topology), prepare: async () => {}};
    await using lab = (await world.openLab(options)) as ContainerLab; // not `inLab`: the switch rightly tells of faults here
    const {installed} = await becomesCompliant(lab);
    const before = await chains(lab);
    // Somebody takes away what only the second transaction needs: the element that it replaces.
    await nft(lab, 'delete', 'element', 'netdev', 'posturelab', 'port_1_ip', `{ ${installed.address} }`);
    await adminOf(lab).saveDacl('Posture_Compliant', 'deny tcp any any eq 9999\npermit ip any any');
    await psnOf(lab).reauthenticate(endpointOf(lab).mac);
    const {message} = await lab.until('acl-install-failed', {where: isCompliantAcl});

    t.regex(message, /No such file or directory/);
    t.deepEqual(await chains(lab), before);
  },
);

async function chains(lab: ContainerLab): Promise<string[]> {
  const listing = await nft(lab, 'list', 'table', 'netdev', 'posturelab');
  return Array.from(listing.matchAll(/chain (\w+)/g), ([, name = '']) => name).sort();
}

async function nft(lab: ContainerLab, ...words: string[]): Promise<string> {
  const {exitCode, stdout, stderr} = await execIn(lab.containerOf(nadOf(lab).node), ['/usr/sbin/nft', ...words]);
  if (exitCode !== 0) throw new Error(`nft ${words.join(' ')}: ${stderr}`);
  return stdout;
}
