// What keeps the specs of specs/flows honest, where each story is compared with the simulated one: a difference that is made on purpose, in
// either world, is found.
import test from 'ava';
import {storyOfWorld} from '#harness/agreement.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {missingDeny} from '#harness/scenarios/missing-deny.ts';
import {rediscovery} from '#harness/scenarios/rediscovery.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';
import {differencesBetween} from '#harness/story.ts';
import {world as containers, places} from '#specs/flows/in-lab.ts';

const simulated = simulatedWorld(1).openLab;

const differences: [string, (settings: LabSettings) => LabSettings][] = [
  ['the deny is missing', s => ({...s, dacl: {...s.dacl, compliant: 'permit ip any any'}})],
  [
    'the deny for psn2 is missing',
    s => ({...s, dacl: {...s.dacl, compliant: 'deny tcp any host 10.10.1.11 eq 8449\npermit ip any any'}}),
  ],
  ['the PSNs tell each other nothing', s => ({...s, psn: {...s.psn, replication: false}})],
  [
    'the switch takes no CoA',
    s => ({...s, nad: {...s.nad, coaClients: []}, psn: {...s.psn, coaTimeoutMs: 500, coaAttempts: 1}}),
  ],
  ['the firewall is off', s => ({...s, endpoint: {...s.endpoint, facts: {...s.endpoint.facts, firewall: false}}})],
  ['the agent does not probe', s => ({...s, profile: {xml: null, fields: {StateSyncProbeInterval: '0'}}})],
  ['the transition delay is another', s => ({...s, profile: {xml: null, fields: {NetworkTransitionDelay: '5'}}})],
  [
    'the Unknown dACL closes the probe port',
    s => ({...s, dacl: {...s.dacl, unknown: s.dacl.unknown.replaceAll(/^.*8449$/gm, '')}}),
  ],
];

test('a difference in the simulated world is found, whichever of the list it is', async t => {
  using _place = await places.take();
  const theirs = await storyOfWorld(rediscovery, containers.openLab);
  t.deepEqual(differencesBetween(theirs, await storyOfWorld(rediscovery, simulated)), []);
  t.true(theirs.size >= 10, 'a story has many strands');
  for (const [name, change] of differences) {
    const ours = await storyOfWorld(rediscovery, simulated, change);
    t.not(differencesBetween(theirs, ours).length, 0, name);
  }
});

test('a difference in the containers is found', async t => {
  using _place = await places.take();
  const theirs = await storyOfWorld(missingDeny, containers.openLab, settings => ({
    ...settings,
    profile: {xml: null, fields: {EnableRescanButton: '0'}},
  }));

  t.not(differencesBetween(theirs, await storyOfWorld(missingDeny, simulated)).length, 0);
});
