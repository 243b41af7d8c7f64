// What the simulator claims, the containers confirm: every common scenario is played in both worlds, and the stories are compared, actor
// by actor and strand by strand. And a difference that is made on purpose, in either world, is found.
import test from 'ava';
import type {LabSettings} from '#harness/lab-settings.ts';
import {type OpenLab, playScenario} from '#harness/run-scenario.ts';
import type {Scenario} from '#harness/scenario.ts';
import {scenarios} from '#harness/scenarios/all.ts';
import {missingDeny} from '#harness/scenarios/missing-deny.ts';
import {rediscovery} from '#harness/scenarios/rediscovery.ts';
import {sessionTermination} from '#harness/scenarios/session-termination.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';
import {differencesBetween, type Story, storyOf} from '#harness/story.ts';
import {world as containers} from '#specs/flows/in-lab.ts';

/** Whatever was caused by the last thing that the scenario looked at has happened, in either world. */
const settleMs = 2000;
/** Slower than elsewhere: on a busy machine no actor is to miss a deadline in one world that it keeps in the other. */
const unhurried = (settings: LabSettings): LabSettings => ({
  ...settings,
  timeScale: Math.min(5, settings.timeScale),
  endpoint: {...settings.endpoint, connectTimeoutMs: 8000},
});

async function tell(
  scenario: Scenario,
  openLab: OpenLab,
  change: (settings: LabSettings) => LabSettings = settings => settings,
): Promise<Story> {
  const whole: Scenario = {
    ...scenario,
    settings: healthy => unhurried(change(scenario.settings?.(healthy) ?? healthy)),
    async play(lab) {
      await scenario.play(lab).catch(() => {}); // a changed world need not keep the scenario's claim
      await lab.elapse(settleMs);
    },
  };
  return storyOf((await playScenario(whole, {openLab, seed: 1})).timeline);
}

const simulated = simulatedWorld(1).openLab;
const toldInContainers = new Map<Scenario, Promise<Story>>();

/** Each story is played in containers once. */
function tellInContainers(scenario: Scenario): Promise<Story> {
  const told = toldInContainers.get(scenario) ?? tell(scenario, containers.openLab);
  toldInContainers.set(scenario, told);
  return told;
}

for (const scenario of scenarios) {
  test.serial(`${scenario.name}: both worlds tell the same story`, async t => {
    const [theirs, ours] = [await tellInContainers(scenario), await tell(scenario, simulated)];

    t.deepEqual(differencesBetween(theirs, ours), []);
    t.true(theirs.size >= 10, 'a story has many strands');
  });
}

const withDot1x = (settings: LabSettings): LabSettings => ({...settings, auth: 'dot1x', timeScale: 3});
for (const scenario of [sessionTermination, rediscovery]) {
  test.serial(`${scenario.name} with 802.1X: real daemons and their script tell the same story`, async t => {
    const theirs = await tell(scenario, containers.openLab, withDot1x);
    const ours = await tell(scenario, simulated, withDot1x);

    t.deepEqual(differencesBetween(theirs, ours), []);
    t.true(theirs.size >= 11, 'a story has many strands, the supplicant’s among them');
  });
}

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

test.serial('a difference in the simulated world is found, whichever of the list it is', async t => {
  const theirs = await tellInContainers(rediscovery);
  for (const [name, change] of differences) {
    const ours = await tell(rediscovery, simulated, change);
    t.not(differencesBetween(theirs, ours).length, 0, name);
  }
});

test.serial('a difference in the containers is found', async t => {
  const theirs = await tell(missingDeny, containers.openLab, settings => ({
    ...settings,
    profile: {xml: null, fields: {EnableRescanButton: '0'}},
  }));

  t.not(differencesBetween(theirs, await tell(missingDeny, simulated)).length, 0);
});
