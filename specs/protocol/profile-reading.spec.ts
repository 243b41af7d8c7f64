// What ISEPostureCFG.xml may say (domain.md 8.2), and what becomes of a file that says something else.
import test from 'ava';
import {defaultProfile, describeProblem, type Profile, readProfile, type XmlElement} from '#protocol/agent/profile.ts';

/** Elements one below the other, from line 3. */
const elements = (...pairs: [name: string, value: string][]): XmlElement[] =>
  pairs.map(([name, value], index) => ({name, value, line: index + 3, column: 3}));

function read(...pairs: [name: string, value: string][]): Profile {
  const result = readProfile(elements(...pairs));
  if (result.kind !== 'read') throw new Error(JSON.stringify(result));
  return result.profile;
}

function refuse(...pairs: [name: string, value: string][]): string[] {
  const result = readProfile(elements(...pairs));
  if (result.kind !== 'refused') throw new Error(JSON.stringify(result));
  return result.problems.map(describeProblem);
}

/** The elements and values printed in TAC 222483. */
const sample: [string, string][] = [
  ['ServerNameRules', '*'],
  ['OperateOnNonDot1XWireless', '0'],
  ['NonCompliantButtonText', ''],
  ['GracePeriodStartDescriptionDetails', ''],
  ['RemediationTimer', '12'],
  ['DhcpRenewDelay', '1'],
  ['CallHomeList', ''],
  ['LogFileSize', '5'],
  ['WarningTimer', '0'],
  ['PRARetransmissionTime', '120'],
  ['EnableAgentIpRefresh', '0'],
  ['NetworkTransitionDelay', '10'],
  ['DartCount', '3'],
  ['CwaByodProbingInterval', '10'],
  ['NonCompliantTitle', ''],
  ['NonCompliantDescriptionDetails', ''],
  ['PingArp', '0'],
  ['DhcpReleaseDelay', '4'],
  ['StealthWithNotification', '0'],
  ['NonCompliantButtonLink', ''],
  ['SignatureCheck', '0'],
  ['DiscoveryHost', ''],
  ['StateSyncProbeInterval', '10'],
  ['GracePeriodStartDescription', ''],
  ['EnableRescanButton', '1'],
  ['VlanDetectInterval', '0'],
  ['DisableUAC', '0'],
];

test('the sample of TAC 222483 is read without a problem', t => {
  const result = readProfile(elements(...sample));

  t.like(result, {kind: 'read', problems: [], unknown: []});
  t.like(read(...sample), {
    ...defaultProfile,
    stateSyncProbeIntervalS: 10,
    networkTransitionDelayS: 10,
    remediationTimerMin: 12,
  });
});

test('an interval of 0 and a missing interval are told apart', t => {
  t.is(read(['StateSyncProbeInterval', '0']).stateSyncProbeIntervalS, 0);
  t.is(read(['RemediationTimer', '4']).stateSyncProbeIntervalS, null);
});

test('an empty element counts as missing', t => {
  t.deepEqual(read(['StateSyncProbeInterval', ''], ['NetworkTransitionDelay', '  \n '], ['ServerNameRules', ' ,']), {
    ...defaultProfile,
  });
});

const limits = test.macro({
  title: (_, element: string, from: number, to: number) => `${element} is a whole number from ${from} to ${to}`,
  exec(t, element: string, from: number, to: number) {
    t.is(readProfile(elements([element, String(from)])).kind, 'read');
    t.is(readProfile(elements([element, String(to)])).kind, 'read');
    for (const wrong of [
      String(from - 1),
      String(to + 1),
      `${from}.5`,
      '0x10',
      'ten',
      '1e1',
      '٣',
      '99999999999999999999',
    ]) {
      t.is(readProfile(elements([element, wrong])).kind, 'refused', wrong);
    }
  },
});

test(limits, 'StateSyncProbeInterval', 0, 300);
test(limits, 'NetworkTransitionDelay', 2, 30);
test(limits, 'RemediationTimer', 1, 300);
test(limits, 'PRARetransmissionTime', 60, 3600);
test(limits, 'PingMaxTimeout', 1, 10);
test(limits, 'DhcpRenewDelay', 0, 60);
test(limits, 'DhcpReleaseDelay', 0, 60);
test(limits, 'VlanDetectInterval', 0, 900);

for (const flag of [
  'EnableRescanButton',
  'EnableAgentIpRefresh',
  'OperateOnNonDot1XWireless',
  'SignatureCheck',
  'DisableUAC',
  'StealthWithNotification',
]) {
  test(`${flag} is 0 or 1`, t => {
    t.is(readProfile(elements([flag, '0'])).kind, 'read');
    t.is(readProfile(elements([flag, '1'])).kind, 'read');
    t.deepEqual(refuse([flag, 'true']), [
      `line 3, column 3: ${flag} is "true", which is neither 0 nor 1; write 1 for yes, 0 for no`,
    ]);
  });
}

test('a problem says where, what, why and what to do', t => {
  t.deepEqual(refuse(['NetworkTransitionDelay', '3'], ['StateSyncProbeInterval', '900']), [
    'line 4, column 3: StateSyncProbeInterval is "900", which is outside 0 to 300 seconds; ' +
      'write a whole number of seconds from 0 to 300',
  ]);
});

test('every problem is told, in the order of the file', t => {
  t.deepEqual(
    refuse(['StateSyncProbeInterval', '-1'], ['PingArp', '3'], ['DisableUAC', 'x']).map(
      problem => problem.split(' is ')[0],
    ),
    ['line 3, column 3: StateSyncProbeInterval', 'line 4, column 3: PingArp', 'line 5, column 3: DisableUAC'],
  );
});

test('an element that is there twice refuses the profile', t => {
  t.deepEqual(refuse(['StateSyncProbeInterval', '10'], ['StateSyncProbeInterval', '10']), [
    'line 4, column 3: StateSyncProbeInterval is there twice, first in line 3; keep one of them',
  ]);
});

test('unknown elements are ignored and kept for people', t => {
  const result = readProfile(
    elements(['StateSyncProbeInterval', '10'], ['BackoffTimer', '30'], ['BackoffTimer', '31']),
  );

  t.like(result, {kind: 'read', problems: [], unknown: [{name: 'BackoffTimer', value: '30', line: 4}, {line: 5}]});
});

test('an element that differs from a known one in case only is ignored, with a warning', t => {
  const result = readProfile(elements(['NetworkTransitionDelay', '10'], ['stateSyncProbeInterval', '10']));

  t.is(result.kind, 'read');
  t.like(result, {profile: {stateSyncProbeIntervalS: null}});
  t.like(result, {problems: [{severity: 'warning', code: 'spelling', line: 4, fix: 'write StateSyncProbeInterval'}]});
});

test('a file in which nothing is known gets a warning', t => {
  t.like(readProfile(elements(['html', 'hello'])), {kind: 'read', problems: [{severity: 'warning', code: 'foreign'}]});
});

test('VLAN detection of 1 to 4 seconds acts as 5, with a warning', t => {
  const result = readProfile(elements(['VlanDetectInterval', '3']));

  t.like(result, {kind: 'read', profile: {vlanDetectIntervalS: 5}, problems: [{severity: 'warning'}]});
});

test('the call home list has names with ports, 8443 where none is given', t => {
  t.deepEqual(read(['CallHomeList', 'psn1.example.com, 10.0.0.12:8000,\n psn3:9000,']).callHomeList, [
    {host: 'psn1.example.com', port: 8443},
    {host: '10.0.0.12', port: 8000},
    {host: 'psn3', port: 9000},
  ]);
});

for (const wrong of [
  'psn1:',
  'psn1:0',
  'psn1:65536',
  'psn1:8443:1',
  'https://psn1',
  'psn 1',
  'a..b',
  '-a',
  ':8443',
  'a;b',
]) {
  test(`the call home list refuses ${wrong}`, t => {
    t.regex(
      refuse(['CallHomeList', `psn2:8443,${wrong}`]).join(),
      /line 3, column 3: CallHomeList .* is not FQDN:port/,
    );
  });
}

test('the backup list has names of PSNs without ports', t => {
  t.deepEqual(read(['StateSyncProbeBackupList', 'psn2.example.com,psn3.example.com']).stateSyncProbeBackupList, [
    'psn2.example.com',
    'psn3.example.com',
  ]);
  t.is(readProfile(elements(['StateSyncProbeBackupList', 'psn2:8449'])).kind, 'refused');
});

test('server name rules are names with wildcards', t => {
  t.deepEqual(read(['ServerNameRules', '*.example.com, psn1.lab']).serverNameRules, ['*.example.com', 'psn1.lab']);
  t.is(readProfile(elements(['ServerNameRules', '*.exa mple.com'])).kind, 'refused');
});

test('ping or ARP is 0, 1 or 2', t => {
  t.deepEqual(
    ['0', '1', '2'].map(value => read(['PingArp', value]).pingArp),
    ['ping', 'arp', 'ping-then-arp'],
  );
  t.is(readProfile(elements(['PingArp', '3'])).kind, 'refused');
});

test('a PSN may be called by its IPv6 address: in brackets where a port follows, in its shortest form afterwards', t => {
  t.deepEqual(read(['CallHomeList', '[2001:DB8:1:0::11]:8444,[2001:db8:2::12],psn1.example.com']).callHomeList, [
    {host: '2001:db8:1::11', port: 8444},
    {host: '2001:db8:2::12', port: 8443},
    {host: 'psn1.example.com', port: 8443},
  ]);
  t.deepEqual(read(['StateSyncProbeBackupList', '2001:db8:2:0::12']).stateSyncProbeBackupList, ['2001:db8:2::12']);
  for (const wrong of [
    '2001:db8:1::11',
    '[2001:db8:1::11',
    '[2001:db8::1::11]',
    '[psn1]:8443',
    '[]:8443',
    '[fe80::1%eth0]',
  ])
    t.regex(refuse(['CallHomeList', wrong])[0] ?? '', /is not FQDN:port/, wrong);
});
