// DHCP with dnsmasq and udhcpc, through the ports of the switch.
import test from 'ava';
import {execIn} from '#harness/containers/exec.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {dhcp} from '#harness/scenarios/library/dhcp.ts';
import {inLab, plays, playsAlike} from '#specs/flows/in-lab.ts';
import {topology} from '#topologies/dhcp.ts';

/** Both worlds tell them alike (scripts/agreement.ts), but at the pace of an agreement they take half a minute each. */
const longest = ['lease-not-renewed', 'lease-released'];

for (const scenario of dhcp)
  test.serial(scenario.claim, (longest.includes(scenario.name) ? plays : playsAlike)(scenario));

test.serial(
  'with 802.1X the server and hostapd, which both have port 67, are not in each other’s way',
  inLab({topology, settings: healthy => ({...healthy, auth: 'dot1x', timeScale: 3})}, async (t, lab) => {
    await lab.until('eap-succeeded');
    await lab.until('lease-obtained');
    await becomesCompliant(lab);
    const {stdout: listening} = await execIn(lab.containerOf('nad'), ['ss', '-Hnul', 'sport = :67']);
    t.regex(listening, /%vlan255:67/);
    t.regex(listening, /%fa0-12:67/);
    const {stdout: addresses} = await execIn(lab.containerOf('endpoint'), ['ip', '-4', 'addr', 'show', 'dev', 'eth0']);
    t.regex(addresses, /inet 192\.168\.255\.193\/24 /);
  }),
);

test.serial(
  'a switch that had no power gives the endpoint its lease again, on the new device that its adapter has become',
  inLab({topology}, async (t, lab) => {
    await becomesCompliant(lab);
    await lab.stopNode('nad');
    const down = await lab.until('network-changed', {where: {change: 'link-down'}});
    await lab.startNode('nad');
    const again = await lab.until('lease-obtained', {after: down});
    // No more than this: the PSN may find the session of before, which had the same address (scenario `stale-after-reload`).
    await lab.until('address-learnt', {after: down, where: {address: '192.168.255.193'}});
    t.is(again.address, '192.168.255.193');
  }),
);

test.serial(
  'an endpoint that had no power asks again when it is back',
  inLab({topology}, async (t, lab) => {
    await becomesCompliant(lab);
    await lab.stopNode('endpoint');
    const ended = await lab.until('session-ended');
    await lab.startNode('endpoint');
    const again = await lab.until('lease-obtained', {after: ended});
    await becomesCompliant(lab, again);
    t.is(lab.timeline.of('lease-obtained').length, 2);
  }),
);
