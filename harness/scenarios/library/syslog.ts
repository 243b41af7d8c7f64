/** What policy nodes tell their remote logging targets (domain.md 6.6, 6.7). */
import type {Lab} from '#harness/lab.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {missingDeny, postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import {type NumberedLine, readMessage, readNumberedLine, readSyslogLine} from '#protocol/psn/syslog-reader.ts';

export const syslog: Scenario[] = [
  {
    name: 'alarm-without-header',
    claim:
      'who expects the numbered header on every syslog line fails on CISE_Alarm, and on nothing else; by category the two shapes are told apart',
    why: 'row 37 of domain.md 11, and 6.6, 6.7: CISE_Alarm carries no message id, no segments and no second time',
    topology: missingDeny.topology,
    settings: healthy => {
      const settings = missingDeny.settings?.(healthy) ?? healthy;
      return {...settings, psn: {...settings.psn, syslogTargets: ['psn2']}};
    },
    async play(lab) {
      const raised = await lab.until('alarm-raised', {where: {alarm: postureConfigurationDetection}});
      const told = await lab.until('syslog-received', {where: ({line}) => line.includes(' CISE_Alarm ')});
      await lab.until('sync-disabled', {after: raised});
      const lines = lab.timeline.of('syslog-received', ({atMs}) => atMs <= told.atMs).map(({line}) => line);
      const {numbered, alarms} = toldApart(lines);
      const failing = lines.filter(line => !isNumbered(line));

      expect(lab, told.node === 'psn2' && raised.node === 'psn1', 'psn1 raises the alarm, psn2 is told');
      expect(lab, failing.length === 1 && failing[0] === told.line, 'the strict reader fails on the alarm alone');
      expect(
        lab,
        alarms.length === 1 &&
          alarms[0]?.alarmName === raised.alarm &&
          JSON.stringify(alarms[0].details) === JSON.stringify(raised.details),
        'by its own shape the alarm says what psn1 raised',
      );
      expectsMessages(lab, numbered);
    },
  },
];

/** One of each kind that the way to Compliant leaves in the live log, and nothing lost on the way. */
function expectsMessages(lab: Lab, numbered: NumberedLine[]): void {
  const messages = [...Map.groupBy(numbered, ({id}) => id).values()].map(readMessage);
  const codes = messages.map(({code}) => code);
  for (const code of [3000, 5200, 5205, 5232, 87_000]) expect(lab, codes.includes(code), `there is a message ${code}`);
  const authenticated = messages
    .filter(({code}) => code === 5200)
    .map(({pairs}) => new Map(pairs).get('PostureStatus'));
  const [first] = authenticated;
  expect(
    lab,
    first === 'Unknown' && authenticated.includes('Compliant'),
    'the first 5200 of the session has PostureStatus=Unknown, a later one Compliant',
  );
}

function toldApart(lines: string[]) {
  const read = lines.map(readSyslogLine);
  return {
    numbered: read.filter(line => line.shape === 'numbered'),
    alarms: read.filter(line => line.shape === 'alarm'),
  };
}

function isNumbered(line: string): boolean {
  try {
    readNumberedLine(line);
    return true;
  } catch {
    return false;
  }
}
