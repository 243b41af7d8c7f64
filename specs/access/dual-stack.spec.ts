// IPv6 in a real kernel: SLAAC, neighbour discovery, an IPv6 list in nftables; and Wireshark's view of what was said.
import {execFile} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {execIn} from '#harness/containers/exec.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {readCapture} from '#harness/evidence/save.ts';
import type {Lab} from '#harness/lab.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {daclNames} from '#harness/policy-plan.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {dualStack} from '#harness/scenarios/library/dual-stack.ts';
import {slaacAddresses} from '#harness/slaac.ts';
import {unhurried} from '#harness/unhurried.ts';
import {readDaclVersionName} from '#protocol/dacl/name.ts';
import {inLab, playsAlike} from '#specs/flows/in-lab.ts';
import {topology} from '#topologies/dual-stack.ts';

const {global, linkLocal} = slaacAddresses('00:50:56:A8:BE:02', '2001:db8:255::1');

for (const scenario of dualStack) test(scenario.claim, playsAlike(scenario));

test(
  'the host’s addresses are learnt, printed and told in accounting, and pulling the cable takes them and gives them back',
  inLab({topology, settings: unhurried}, async (t, lab) => {
    const {installed} = await isCompliantInBoth(lab);
    const details = await nadOf(lab).cli('show authentication sessions interface Fa0/12 details');
    t.true(details.includes(`IPv6 Address:  ${global.toUpperCase()}, ${linkLocal.toUpperCase()}`), details);
    t.regex(details, /ACS ACL: {2}xACSACLx-IPV6-Posture_Compliant_IPv6-/);

    const told = await dissect(lab, 'gi0-1', 'radius.code == 4', [
      'radius.Framed_IPv6_Address',
      'radius.Framed_Interface_Id',
      'radius.Framed_IPv6_Prefix',
    ]);
    t.true(
      told.some(line => line.includes(global)),
      told.join('\n'),
    );
    t.true(
      told.some(line => /0250:?56ff:?fea8:?be02/i.test(line)),
      told.join('\n'),
    );
    t.true(
      told.some(line => line.endsWith(';004020010db802550000')),
      told.join('\n'),
    );
    const asked = await dissect(lab, 'gi0-1', 'radius.code == 1', ['radius.Framed_IPv6_Address']);
    t.true(
      asked.some(line => line === global),
      asked.join('\n'),
    );

    await endpointOf(lab).linkDown();
    const ended = await lab.until('session-ended', {after: installed});
    t.false((await nadOf(lab).view()).tracking.some(({state}) => state === 'ACTIVE'));
    await endpointOf(lab).linkUp();
    await lab.until('address-learnt', {where: {address: global}, after: ended});
    await becomesCompliant(lab, ended);
  }),
);

test(
  'in the kernel an address that is not known passes nothing, one more what the list permits as soon as it is learnt, until it answers no more',
  inLab({topology}, async (t, lab) => {
    await isCompliantInBoth(lab);
    const ping = async (...args: string[]) =>
      (await execIn(lab.containerOf('endpoint'), ['ping', '-6', '-c', '1', '-W', '1', ...args])).exitCode;
    const denied = async () =>
      (await nadOf(lab).counters()).filter(({acl}) => readDaclVersionName(acl)?.name === daclNames.compliantIpv6);

    t.is(await ping('2001:db8:1::11'), 0, 'the PSN, by the global address');
    t.is(await ping('fe80::1%eth0'), 0, 'the router, by the link-local one');
    const before = await denied();
    const add = async (address: string, ...flags: string[]) =>
      execIn(lab.containerOf('endpoint'), [
        'ip',
        'addr',
        'add',
        `${address}/64`,
        'dev',
        'eth0',
        'preferred_lft',
        '0',
        ...flags,
      ]);
    await add('2001:db8:255::dead', 'nodad'); // nobody is told of it
    t.not(await ping('-I', '2001:db8:255::dead', '2001:db8:1::11'), 0, 'an address that nobody knows');
    await add('2001:db8:255::bad');
    await lab.until('address-learnt', {where: {address: '2001:db8:255::bad'}});
    await lab.until('acl-installed', {where: {address: '2001:db8:255::bad'}});
    t.is(await ping('-I', '2001:db8:255::bad', '2001:db8:1::11'), 0, 'a further address, as soon as it is learnt');
    t.true((await denied()).some(({packets}, index) => packets > (before[index]?.packets ?? 0)));

    await execIn(lab.containerOf('endpoint'), ['ip', 'addr', 'del', '2001:db8:255::bad/64', 'dev', 'eth0']);
    await lab.until('acl-withdrawn', {where: {address: '2001:db8:255::bad'}, withinMs: 300_000});
    t.deepEqual((await nadOf(lab).view()).sessions[0]?.ipv6Addresses, [global, linkLocal], 'three questions later');
  }),
);

test(
  'Wireshark reads the advertisement, the detection of duplicates and the IPv6 list of the download',
  inLab({topology, settings: unhurried}, async (t, lab) => {
    await isCompliantInBoth(lab);
    const frames = await dissect(lab, 'fa0-12', 'icmpv6', [
      'ipv6.src',
      'icmpv6.type',
      'icmpv6.opt.prefix',
      'icmpv6.nd.ns.target_address',
      '_ws.malformed',
    ]);
    const pairs = await dissect(lab, 'gi0-1', 'radius.code == 2', ['radius.Cisco_AVPair', '_ws.malformed']);

    t.true(
      frames.some(line => line.startsWith('fe80::1;134;2001:db8:255::;')),
      frames.join('\n'),
    );
    t.true(
      frames.some(line => line === `::;135;;${global};`),
      'the question whether the address is free',
    );
    t.true(
      frames.every(line => line.endsWith(';')),
      'nothing malformed',
    );
    t.true(pairs.some(line => /ipv6:CiscoSecure-Defined-ACL=#ACSACL#-IPV6-Posture_Unknown_IPv6-636b75ac/.test(line)));
    t.true(pairs.some(line => /ipv6:inacl#1=deny tcp any host 2001:db8:1::11 eq 8449/.test(line)));
    t.true(
      pairs.every(line => line.endsWith(';')),
      'nothing malformed',
    );
  }),
);

/** The IPv4 list is in force first: a new list each is a transaction of its own. */
async function isCompliantInBoth(lab: Lab) {
  const compliance = await becomesCompliant(lab);
  await lab.until('acl-installed', {
    where: ({acl, address}) => address === global && acl.includes(daclNames.compliantIpv6),
  });
  return compliance;
}

/** Fields of the packets of a port that match a display filter, a line each. What tcpdump has seen it tells within a second: hence the wait. */
async function dissect(lab: ContainerLab, port: string, filter: string, fields: string[]): Promise<string[]> {
  await lab.until('sync-round-finished');
  const folder = await mkdtemp(join(tmpdir(), 'posturelab-tshark-'));
  try {
    const file = join(folder, `${port}.pcapng`);
    await writeFile(file, await readCapture(lab, port));
    const options = [
      '-T',
      'fields',
      '-E',
      'separator=;',
      '-E',
      'occurrence=a',
      ...fields.flatMap(field => ['-e', field]),
    ];
    const {stdout} = await promisify(execFile)('tshark', ['-r', file, '-Y', filter, ...options], {
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.split('\n').filter(line => line !== '');
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}
