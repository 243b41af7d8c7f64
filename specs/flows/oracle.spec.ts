// The truth table of domain.md 3.10: what the switch enforces for the probe port, and what the answering PSN believes, decide
// every probe of an agent that believes Compliant. One test a cell; false alarms and missed alarms are counted apart.
import test from 'ava';
import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import type {LabEventKind} from '#protocol/event.ts';
import type {PostureStatus} from '#protocol/posture/status.ts';
import {inTurns} from '#specs/flows/in-turns.ts';

interface Cell {
  /** Whether the switch lets the probe port through. */
  open: boolean;
  /** What the PSNs believe; null: they have no session. */
  psn: PostureStatus | null;
  outcome: 'silence' | 'restart' | 'alarm';
  called: string;
}

const cells: Cell[] = [
  {open: false, psn: 'Compliant', outcome: 'silence', called: 'healthy'},
  {open: true, psn: 'Unknown', outcome: 'restart', called: 'a lost session is found'},
  {open: true, psn: 'Pending', outcome: 'restart', called: 'a reset session is found'},
  {open: true, psn: 'Compliant', outcome: 'alarm', called: 'the deny is missing'},
  {open: false, psn: 'Unknown', outcome: 'silence', called: 'blind spot: the lost session is not seen'},
  {open: false, psn: null, outcome: 'silence', called: 'blind spot: the deleted record is not seen'},
  {open: true, psn: null, outcome: 'restart', called: 'a deleted record is found'},
  {open: true, psn: 'NonCompliant', outcome: 'restart', called: 'a changed status is found'},
  {open: false, psn: 'NonCompliant', outcome: 'silence', called: 'blind until the switch is told'},
];

const inClosedLab = inTurns({});
const inOpenLab = inTurns({
  settings: healthy => ({...healthy, dacl: {...healthy.dacl, compliant: 'permit ip any any'}}),
});
/** What the PSN believes and what the switch enforces are independent here: psn1 tells the switch nothing once the dACL is in force. */
const takesCoaAgain = (lab: Lab) => psnOf(lab, 'psn1').release('coa');

for (const {open, psn, outcome, called} of cells) {
  const inTurn = open ? inOpenLab : inClosedLab;
  test(
    `probe port ${open ? 'open' : 'closed'}, PSN says ${psn ?? 'no session'}: ${outcome} (${called})`,
    inTurn(async (t, lab, {settled, shown}) => {
      const owner = psnOf(lab, 'psn1'); // psn2 is told by replication
      await owner.hold('coa');
      const {mac} = endpointOf(lab);
      if (psn === null) await owner.endSession(mac, 'delete');
      else if (psn !== 'Compliant') await owner.setPostureStatus(mac, psn);
      const started = await lab.until('sync-started', {after: shown});
      await lab.until('sync-round-finished', {after: started});
      await caughtUp(lab);

      const since = (kind: LabEventKind) => lab.timeline.of(kind, event => event.atMs > settled.atMs);
      const alarms = lab.timeline.of(
        'alarm-raised',
        event => event.alarm === postureConfigurationDetection && event.atMs > settled.atMs,
      ).length;
      t.is(Math.max(0, alarms - (outcome === 'alarm' ? 1 : 0)), 0, 'false alarms');
      t.is(Math.max(0, (outcome === 'alarm' ? 1 : 0) - alarms), 0, 'missed alarms');
      t.is(since('discovery-restarted').length, outcome === 'restart' ? 1 : 0, 'restarts of discovery');
      t.is(since('probe-answered').length > 0, outcome !== 'silence', 'a probe is answered');
    }, takesCoaAgain),
  );
}
