// The file itself: XML in, elements with their places out; hostile input ends in a problem with a place.
import test from 'ava';
import fc from 'fast-check';
import {readConnectionData, readProfileXml} from '#images/endpoint/profile-xml.ts';
import {encodeConnectionData, encodeProfile} from '#protocol/agent/agent-files.ts';
import {defaultProfile, type Profile, type ProfileProblem} from '#protocol/agent/profile.ts';

function problemsOf(text: string): ProfileProblem[] {
  const result = readProfileXml(text);
  return result.kind === 'absent' ? [] : result.problems;
}

test('elements are read with their line and column, whatever the line ends', t => {
  for (const end of ['\n', '\r\n']) {
    const text = ['<?xml version="1.0"?>', '<cfg>', '  <DartCount>3</DartCount>', '    <PingArp>7</PingArp>', '</cfg>'];
    t.like(problemsOf(text.join(end)), [{code: 'value', line: 4, column: 5}]);
    t.like(problemsOf(`\u{feff}${text.join(end)}`), [{code: 'value', line: 4, column: 5}]);
  }
});

test('comments, CDATA, character references, attributes and namespaces are what XML says they are', t => {
  const result = readProfileXml(`<x:cfg xmlns:x="urn:x">
    <!-- <StateSyncProbeInterval>99</StateSyncProbeInterval> -->
    <x:StateSyncProbeInterval unit="s">1<!-- --><![CDATA[0]]></x:StateSyncProbeInterval>
    <NonCompliantTitle>a &lt; b &amp; &#8364; &#x20AC; <![CDATA[&amp;]]></NonCompliantTitle>
  </x:cfg>`);

  t.like(result, {kind: 'read', profile: {stateSyncProbeIntervalS: 10, nonCompliantTitle: 'a < b & € € &amp;'}});
});

test('elements may stand in sections', t => {
  const text = '<cfg><AgentBehavior><StateSyncProbeInterval>7</StateSyncProbeInterval></AgentBehavior></cfg>';
  t.like(readProfileXml(text), {
    kind: 'read',
    profile: {stateSyncProbeIntervalS: 7},
    unknown: [{name: 'AgentBehavior'}],
  });
});

test('a file that is not XML is refused where it stops being XML', t => {
  const text = '<cfg>\n  <DartCount>3</DartCount>\n  <PingArp>0</PingARP>\n</cfg>';
  t.like(readProfileXml(text), {kind: 'refused', problems: [{code: 'xml', line: 3, column: 13, severity: 'error'}]});
});

test('a document type is refused: nothing is expanded, nothing is fetched', t => {
  const bomb =
    '<!DOCTYPE cfg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n<cfg><NonCompliantTitle>&b;</NonCompliantTitle></cfg>';
  const external =
    '<?xml version="1.0"?>\n<!DOCTYPE cfg [<!ENTITY x SYSTEM "file:///etc/passwd">]><cfg><A>&x;</A></cfg>';

  t.like(problemsOf(bomb), [{code: 'xml', line: 1, column: 1, fix: 'remove <!DOCTYPE …>'}]);
  t.like(problemsOf(external), [{code: 'xml', line: 2, column: 1}]);
});

test('an entity that XML does not have is refused at its element', t => {
  t.like(problemsOf('<cfg>\n <DiscoveryHost>&nbsp;</DiscoveryHost></cfg>'), [{code: 'xml', line: 2, column: 2}]);
  t.like(problemsOf('<cfg>\n <DiscoveryHost>&#x110000;</DiscoveryHost></cfg>'), [{code: 'xml', line: 2, column: 2}]);
});

const sizeCharacters = 262_000;
const hostile: Record<string, string> = {
  'five megabytes of nothing': 'x'.repeat(5_000_000),
  'five megabytes of brackets': '<'.repeat(5_000_000),
  'elements that never close': '<a>'.repeat(sizeCharacters / 3),
  'elements nested too deep': `<cfg>${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}</cfg>`,
  'closing tags only': '</a>'.repeat(sizeCharacters / 4),
  'comments that never end': '<!--'.repeat(sizeCharacters / 4),
  'CDATA that never ends': `<cfg>${'<![CDATA['.repeat(sizeCharacters / 10)}`,
  declarations: '<!'.repeat(sizeCharacters / 2),
  'processing instructions': '<?'.repeat(sizeCharacters / 2),
  ampersands: `<cfg>${'&'.repeat(sizeCharacters)}</cfg>`,
  'an open quote': `<cfg><a b="${'x'.repeat(sizeCharacters)}`,
  'one long attribute name': `<cfg ${'a'.repeat(sizeCharacters - 10)}/>`,
  'names that JavaScript reserves': '<cfg><__proto__>1</__proto__></cfg>',
  'null characters': '\0'.repeat(sizeCharacters),
  nothing: '',
};

for (const [what, text] of Object.entries(hostile)) {
  test(`refused with a place: ${what}`, t => {
    const result = readProfileXml(text);

    t.is(result.kind, 'refused');
    t.like(problemsOf(text), [{severity: 'error', code: 'xml'}]);
    t.true(problemsOf(text).every(({line, column, message}) => line >= 1 && column >= 1 && message.length < 400));
  });
}

test('many elements in a large file are read', t => {
  const result = readProfileXml(
    `<cfg>${'<a/>\n'.repeat(50_000)}<StateSyncProbeInterval>10</StateSyncProbeInterval></cfg>`,
  );

  t.like(result, {kind: 'read', profile: {stateSyncProbeIntervalS: 10}});
});

const seed = 8449;

test(`any text is read or refused, never thrown at, seed ${seed}`, t => {
  const piece = fc.oneof(
    fc.constantFrom(
      '<cfg>',
      '</cfg>',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<!DOCTYPE',
      '&',
      ';',
      '"',
      '<?xml',
      '?>',
      '/>',
      '<',
    ),
    fc.constantFrom('<StateSyncProbeInterval>', '</StateSyncProbeInterval>', '10', '\n'),
    fc.string({maxLength: 5}),
  );
  fc.assert(
    fc.property(fc.array(piece, {maxLength: 30}), pieces => {
      const result = readProfileXml(pieces.join(''));
      return result.kind === 'read' || (result.kind === 'refused' && result.problems.length > 0);
    }),
    {seed, numRuns: 2000},
  );
  t.pass();
});

test(`a profile that is written is read as it was, seed ${seed}`, t => {
  fc.assert(
    fc.property(profiles, profile => {
      t.like(readProfileXml(encodeProfile(profile)), {kind: 'read', profile, problems: [], unknown: []});
    }),
    {seed, numRuns: 300},
  );
});

test('the PSNs of ConnectionData.xml are read in their order; a damaged file remembers nobody', t => {
  const psns = ['psn2.posturelab.test', 'psn1.posturelab.test', 'a&b<c'];

  t.deepEqual(readConnectionData(encodeConnectionData(psns)), psns);
  t.deepEqual(readConnectionData(encodeConnectionData([])), []);
  t.deepEqual(readConnectionData('<ConnectionData><PSN>psn1'), []);
});

const host = fc.domain();
const text = fc
  .string({unit: 'grapheme', maxLength: 30})
  .map(content => content.replaceAll(/[^\t\n\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '').trim());
const seconds = (min: number, max: number) => fc.integer({min, max});

const profiles: fc.Arbitrary<Profile> = fc.record({
  ...Object.fromEntries(Object.entries(defaultProfile).map(([name, value]) => [name, fc.constant(value)])),
  stateSyncProbeIntervalS: fc.option(seconds(0, 300), {nil: null}),
  stateSyncProbeBackupList: fc.array(host, {maxLength: 3}),
  networkTransitionDelayS: seconds(2, 30),
  callHomeList: fc.array(fc.record({host, port: fc.integer({min: 1, max: 65_535})}), {maxLength: 3}),
  remediationTimerMin: seconds(1, 300),
  praRetransmissionTimeS: seconds(60, 3600),
  vlanDetectIntervalS: fc.oneof(fc.constant(0), seconds(5, 900)),
  pingArp: fc.constantFrom('ping', 'arp', 'ping-then-arp'),
  enableRescanButton: fc.boolean(),
  signatureCheck: fc.boolean(),
  nonCompliantTitle: text,
  gracePeriodStartDescription: text,
}) as fc.Arbitrary<Profile>;
