// Access-Requests of endpoints: who is let in, by which rule, in which session (domain.md 5.2, 5.3, 6.1, 6.4).
import test from 'ava';
import {authorize} from '#protocol/psn/authorization.ts';
import {avPair, avPairValue, bytes, number, readText, text} from '#protocol/radius/attributes.ts';
import type {RadiusAttribute} from '#protocol/radius/packet.ts';
import {mabAttributes, mac, nadSocket, PsnBench, sessionId, settingsOf} from '#specs/protocol/psn-bench.ts';

const macNotations = ['005056a8be02', '00-50-56-A8-BE-02', '00:50:56:a8:be:02', '0050.56a8.be02'];

for (const userName of macNotations) {
  for (const calling of macNotations) {
    test(`MAB with User-Name ${userName} from ${calling} is accepted as ${mac}`, t => {
      const bench = new PsnBench();
      const reply = bench.radius('Access-Request', [
        text('User-Name', userName),
        number('Service-Type', 10),
        text('Calling-Station-Id', calling),
        avPair(`audit-session-id=${sessionId}`),
      ]);
      t.is(reply?.code, 'Access-Accept');
      t.is(bench.session()?.mac, mac);
    });
  }
}

const rejected: {who: string; attributes: RadiusAttribute[]; code: number}[] = [
  {who: 'a user name that is no MAC', attributes: [text('User-Name', 'bob')], code: 22056},
  {who: 'nobody', attributes: [], code: 22056},
  {
    who: 'a MAC from another station',
    attributes: [text('User-Name', '005056a8be02'), text('Calling-Station-Id', '00-00-00-00-00-01')],
    code: 22056,
  },
  {
    who: 'a MAC that asks for Call-Check and has no Calling-Station-Id',
    attributes: [text('User-Name', '005056a8be02'), number('Service-Type', 10)],
    code: 22056,
  },
  {
    who: 'a supplicant that speaks EAP',
    attributes: [...mabAttributes(), bytes('EAP-Message', Uint8Array.of(2, 0, 0, 5, 1))],
    code: 11509,
  },
];

for (const {who, attributes, code} of rejected) {
  test(`${who} is rejected with ${code}, and no session is made`, t => {
    const bench = new PsnBench();
    t.is(bench.radius('Access-Request', attributes)?.code, 'Access-Reject');
    t.regex(bench.of('access-rejected')[0]?.reason ?? '', new RegExp(`^${code} `));
    t.is(bench.view().liveLog.at(-1)?.code, 5400);
    t.deepEqual(bench.view().sessions, []);
  });
}

for (const {password, isRight} of [
  {password: '005056a8be02', isRight: true},
  {password: '0050.56A8.BE02', isRight: true},
  {password: 'guessed', isRight: false},
  {password: '', isRight: false},
]) {
  test(`PAP with the MAC as user name and the password ${JSON.stringify(password)} is ${isRight ? 'accepted' : 'rejected with 22040'}`, t => {
    const bench = new PsnBench();
    const reply = bench.radius('Access-Request', [text('User-Name', '005056a8be02'), text('User-Password', password)]);
    t.is(reply?.code, isRight ? 'Access-Accept' : 'Access-Reject');
    t.is(bench.view().sessions.length, isRight ? 1 : 0);
    if (!isRight) t.regex(bench.of('access-rejected')[0]?.reason ?? '', /^22040 /);
  });
}

test('an unknown user with a password is rejected', t => {
  const bench = new PsnBench();
  t.is(bench.radius('Access-Request', [text('User-Name', 'bob'), text('User-Password', 'bob')])?.code, 'Access-Reject');
});

test('the first Access-Accept has the Unknown dACL, the session in State and Class, and is logged as 5200', t => {
  const bench = new PsnBench();
  const reply = bench.authenticate();
  t.truthy(reply);
  if (reply === undefined) return;

  t.is(avPairValue(reply, 'ACS:CiscoSecure-Defined-ACL'), '#ACSACL#-IP-U-636b75ac');
  t.is(readText(reply, 'State'), `ReauthSession:${sessionId}`);
  t.regex(readText(reply, 'Class') ?? '', /^CACS:C0A8FF0C00000012679EAF14:psn1\/\d+\/\d+$/);
  t.is(readText(reply, 'User-Name'), '005056a8be02');
  t.deepEqual(bench.of('access-accepted'), [
    {
      kind: 'access-accepted',
      sessionId,
      mac,
      rule: 'Posture-Unknown',
      profile: 'Unknown-AP',
      acl: '#ACSACL#-IP-U-636b75ac',
      status: 'Unknown',
    },
  ]);
  const row = bench.view().liveLog.at(-1);
  t.is(row?.code, 5200);
  t.like(row?.attributes, {
    CPMSessionID: sessionId,
    PostureStatus: 'Unknown',
    AuthorizationPolicyMatchedRule: 'Posture-Unknown',
  });
  t.regex(row?.attributes['Step'] ?? '', /^11001,11017,11027,.*11022,11002$/);
  t.like(bench.session(), {nasPortId: 'FastEthernet0/12', postureStatus: 'Unknown', owner: 'psn1.posturelab.test'});
});

test('re-authentication with the same session id keeps the posture status; NotApplicable is of the authentication only', t => {
  const bench = new PsnBench();
  bench.becomeCompliant();
  t.like(bench.session(), {
    postureStatus: 'Compliant',
    postureAssessmentStatus: 'NotApplicable',
    rule: 'Posture-Compliant',
    acl: '#ACSACL#-IP-C-636b75ac',
  });
  t.is(bench.of('session-created').length, 1);
});

test('a new session id starts Unknown, and the old session stays until its end is told', t => {
  const bench = new PsnBench();
  bench.becomeCompliant();
  const reply = bench.authenticate('C0A8FF0C00000013679EAF99');
  t.is(reply && avPairValue(reply, 'ACS:CiscoSecure-Defined-ACL'), '#ACSACL#-IP-U-636b75ac');
  t.is(bench.session('C0A8FF0C00000013679EAF99')?.postureStatus, 'Unknown');
  t.is(bench.session()?.postureStatus, 'Compliant');
});

test('another user name in the same session removes what was known of it (11055)', t => {
  const bench = new PsnBench();
  bench.becomeCompliant();
  bench.radius('Access-Request', [
    ...mabAttributes().filter(({type}) => type !== 1),
    text('User-Name', '0050.56a8.be02'),
    avPair(`audit-session-id=${sessionId}`),
  ]);
  t.is(bench.session()?.postureStatus, 'Unknown');
  t.regex(bench.view().liveLog.at(-1)?.attributes['Step'] ?? '', /11055,11017/);
  t.deepEqual(
    bench.of('session-removed').map(({cause}) => cause),
    ['superseded'],
  );
});

test('without a session id one is made of the PSN address and chance, and the next request takes it again', t => {
  const bench = new PsnBench();
  bench.radius('Access-Request', mabAttributes());
  const [session] = bench.view().sessions;
  t.regex(session?.sessionId ?? '', /^0a0a010b[A-Za-z0-9_/]{43}$/);
  bench.radius('Access-Request', mabAttributes());
  t.is(bench.view().sessions.length, 1);
  t.regex(bench.view().liveLog.at(-1)?.attributes['Step'] ?? '', /11116/);
});

for (const id of ['', 'a b', 'x'.repeat(65), 'a:b', 'line\nbreak', 'ünknown']) {
  test(`the audit-session-id ${JSON.stringify(id.slice(0, 12))} is not taken over, one is made instead`, t => {
    const bench = new PsnBench();
    t.is(bench.authenticate(id)?.code, 'Access-Accept');
    t.regex(bench.view().sessions[0]?.sessionId ?? '', /^0a0a010b/);
  });
}

test('what no rule speaks for is rejected, as by the built-in last rule', t => {
  const bench = new PsnBench({policy: {...settingsOf().policy, rules: []}});
  t.is(bench.authenticate()?.code, 'Access-Reject');
  t.regex(bench.of('access-rejected')[0]?.reason ?? '', /^15039 /);
  t.deepEqual(bench.view().sessions, []);
});

test('a profile that names a deleted dACL authorizes nobody: 11023', t => {
  const bench = new PsnBench();
  bench.command({name: 'delete-dacl', dacl: 'U'});
  t.is(bench.authenticate()?.code, 'Access-Reject');
  t.regex(bench.of('access-rejected')[0]?.reason ?? '', /^11023 /);
  t.regex(bench.view().liveLog.at(-1)?.attributes['Failure Reason'] ?? '', /^11023 /);
});

const {policy} = settingsOf();
const oneProfile = [{name: 'All', access: 'ACCESS_ACCEPT' as const, daclName: null}];

for (const [what, given, expected] of [
  [
    'Compliant by its rule',
    authorize(policy, 'Compliant'),
    {kind: 'accept', rule: 'Posture-Compliant', profile: 'Compliant-AP', acl: '#ACSACL#-IP-C-636b75ac'},
  ],
  [
    'Pending by the rule for Unknown',
    authorize(policy, 'Pending'),
    {kind: 'accept', rule: 'Posture-Unknown', profile: 'Unknown-AP', acl: '#ACSACL#-IP-U-636b75ac'},
  ],
  [
    'anybody by the first rule that says so',
    authorize(
      {...policy, profiles: oneProfile, rules: [{name: 'Any', postureStatus: null, profile: 'All'}, ...policy.rules]},
      'Compliant',
    ),
    {kind: 'accept', rule: 'Any', profile: 'All', acl: null},
  ],
  [
    'nobody by a profile that rejects',
    authorize({...policy, profiles: [{name: 'Unknown-AP', access: 'ACCESS_REJECT', daclName: null}]}, 'Unknown'),
    {kind: 'reject', rule: 'Posture-Unknown', profile: 'Unknown-AP', code: 15039},
  ],
  [
    'nobody by a profile that is not there',
    authorize({...policy, profiles: []}, 'Unknown'),
    {kind: 'reject', rule: 'Posture-Unknown', profile: 'Unknown-AP', code: 15019},
  ],
] as const) {
  test(`the rules let in ${what}`, t => t.deepEqual(given, expected));
}

test('a session limit lets the oldest go, and says so', t => {
  const bench = new PsnBench({sessionLimit: 2});
  for (const id of ['one', 'two', 'three']) bench.authenticate(id);
  t.deepEqual(
    bench.view().sessions.map(session => session.sessionId),
    ['two', 'three'],
  );
  t.deepEqual(bench.of('session-removed'), [{kind: 'session-removed', sessionId: 'one', mac, cause: 'session-limit'}]);
});

test('a retransmitted request gets the same bytes and is processed once', t => {
  const bench = new PsnBench();
  const request = bench.encode('Access-Request', [...mabAttributes(), avPair(`audit-session-id=${sessionId}`)]);
  const first = bench.deliver('Access-Request', request.bytes);
  bench.elapse(5000);
  const second = bench.deliver('Access-Request', request.bytes);

  t.is(first.length, 1);
  t.deepEqual(second, first);
  t.is(bench.of('access-accepted').length, 1);
  t.is(bench.view().counters.authentications, 1);
});

test('the same bytes from another port, or half a minute later, are a new request', t => {
  const bench = new PsnBench();
  const request = bench.encode('Access-Request', mabAttributes());
  bench.deliver('Access-Request', request.bytes);
  bench.deliver('Access-Request', request.bytes, {...nadSocket, port: 1646});
  bench.elapse(30_000);
  bench.deliver('Access-Request', request.bytes);
  t.is(bench.view().counters.authentications, 3);
});
