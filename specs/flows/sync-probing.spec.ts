import test, {type ExecutionContext} from 'ava';
import type {ScenarioResult} from '#harness/run-scenario.ts';
import {syncProbing} from '#harness/scenarios/sync-probing.ts';
import {readDaclVersionName} from '#protocol/dacl/name.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

test(syncProbing.claim, playsAlike(syncProbing, countsWhatMetEachEntry));

/** Of one probe: Linux repeats a SYN after 1, 3 and 7 s. */
const mostSyns = 5;

/** Also of lists that are gone; and no knock of the gap meter, which knocks at the same ports all the while. */
function countsWhatMetEachEntry(t: ExecutionContext, result: ScenarioResult): void {
  const [unknown, compliant] = ['Posture_Unknown', 'Posture_Compliant'].map(
    name => result.acls.find(acl => readDaclVersionName(acl.name)?.name === name)?.entries ?? [],
  );
  const matchesOf = (entries: typeof unknown, text: RegExp) =>
    (entries ?? []).filter(entry => text.test(entry.text)).reduce((sum, {matches}) => sum + matches, 0);

  t.true(matchesOf(unknown, /8905/) > 0, 'the agent reported its posture while the list was in force');
  t.is(matchesOf(unknown, /8449/), 0, 'nothing but the gap meter asked for the probe port then');
  const count = (kind: string) => result.timeline.filter(event => event.kind === kind).length;
  const [sent, blocked] = [count('probe-sent'), count('probe-blocked')]; // the last one sent may still be on its way
  const denied = matchesOf(compliant, /^deny .* 8449/);
  t.true(denied >= blocked, `${blocked} probes blocked, ${denied} packets denied`);
  t.true(blocked > 0);
  t.true(denied <= sent * mostSyns, `${denied} packets denied are more than ${sent} probes are`);
}
