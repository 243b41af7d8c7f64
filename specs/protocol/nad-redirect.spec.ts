// URL redirection (domain.md 5.3): the two pairs in the Access-Accept, the switch's own inverted list, and HTTP answered with the URL.
import test from 'ava';
import {Cli} from '#protocol/nad/cli/cli.ts';
import type {EnforcementChange, NadSettings} from '#protocol/nad/contract.ts';
import {avPair, readText} from '#protocol/radius/attributes.ts';
import {acceptWith, address, compliantAcl, NadRig, type Psn, port, unknownAcl} from '#specs/protocol/nad-rig.ts';

const url = 'https://psn1.posturelab.test:8443/portal/gateway?sessionId=C0A8FF0C1&portal=p&action=cpp&token=ab';
const redirectAcls = [{name: 'ACL-REDIRECT', text: 'deny ip any host 10.10.1.11\npermit tcp any any eq www'}];

/** Accepts hosts with a dACL and these pairs. */
function acceptAnd(pairs: string[]): Psn {
  const accept = acceptWith(unknownAcl);
  return (request, server) => {
    const answer = accept(request, server);
    const isHost = request.code === 'Access-Request' && !readText(request, 'User-Name')?.startsWith('#');
    return answer && isHost ? {...answer, attributes: [...(answer.attributes ?? []), ...pairs.map(avPair)]} : answer;
  };
}

const both = [`url-redirect-acl=ACL-REDIRECT`, `url-redirect=${url}`];

const redirected = (pairs = both, settings: Partial<NadSettings> = {redirectAcls}) =>
  NadRig.authorized(settings, acceptAnd(pairs));

const changesOf = (rig: NadRig): EnforcementChange[] =>
  rig.effects.flatMap(effect => (effect.kind === 'enforce' ? effect.changes : []));

function http(rig: NadRig, from = address) {
  rig.input({
    kind: 'http-request',
    requestId: '1',
    from: {address: from, port: 50_000},
    request: {method: 'GET', path: '/', headers: {host: 'example.com'}, body: ''},
  });
  const [answer] = rig.effects.filter(effect => effect.kind === 'http-respond').slice(-1);
  return answer?.response;
}

test('the redirect list is installed as one, and the host of the session is redirected by it', t => {
  const rig = redirected();
  const changes = changesOf(rig);

  t.like(
    changes.find(change => change.kind === 'install-acl' && change.acl.name === 'ACL-REDIRECT'),
    {isForRedirect: true},
  );
  t.deepEqual(
    changes.filter(change => change.kind === 'redirect'),
    [{kind: 'redirect', port, address, acl: 'ACL-REDIRECT'}],
  );
  t.like(rig.of('redirect-installed'), [{acl: 'ACL-REDIRECT', port, address, sessionId: rig.session.sessionId}]);
});

test('the session is authorized when dACL and redirect are both in force, and each is told once', t => {
  const rig = redirected();
  const kinds = rig.events.map(({kind}) => kind);

  t.true(kinds.indexOf('session-authorized') > kinds.indexOf('redirect-installed'));
  t.is(rig.of('acl-installed').length, 1);
  t.is(rig.of('session-authorized').length, 1);
});

test('HTTP of the host is answered with the URL, that of others with nothing to go to', t => {
  const rig = redirected();

  t.like(http(rig), {status: 302, headers: {location: url}});
  t.like(rig.of('http-redirected'), [{host: 'example.com', address, sessionId: rig.session.sessionId, url}]);
  t.is(http(rig, '192.168.255.9')?.status, 404);
});

test('with the next authorization, which has no redirect, it ends, and the list goes', t => {
  const rig = redirected();
  rig.psn = acceptWith(compliantAcl);
  rig.coa([`audit-session-id=${rig.session.sessionId}`, 'subscriber:command=reauthenticate']);

  t.is(rig.of('redirect-withdrawn').length, 1);
  t.deepEqual(
    rig.view.acls.map(({name}) => name).filter(name => name === 'ACL-REDIRECT'),
    [],
  );
  t.is(http(rig)?.status, 404);
});

test('a name that the switch has no list for is told, redirects nothing, and keeps nobody out', t => {
  const rig = redirected(both, {redirectAcls: [{name: 'ACL-REDIRECTS', text: 'permit tcp any any eq www'}]});

  t.like(rig.of('redirect-acl-missing'), [{acl: 'ACL-REDIRECT', port}]);
  t.is(rig.of('session-authorized').length, 1);
  t.deepEqual(
    changesOf(rig).filter(change => change.kind === 'redirect'),
    [],
  );
});

for (const [what, pairs] of Object.entries({'no URL': both.slice(0, 1), 'no list': both.slice(1)})) {
  test(`an Access-Accept with ${what} redirects nobody`, t => {
    const rig = redirected(pairs);

    t.deepEqual(rig.of('redirect-installed'), []);
    t.is(rig.session.redirect, null);
    t.is(rig.of('session-authorized').length, 1);
  });
}

for (const bad of ['javascript:alert(1)', 'https://a\r\nset-cookie: x', '', 'https://a b']) {
  test(`a URL such as ${JSON.stringify(bad)} is refused, and with it the authorization`, t => {
    const rig = redirected([both[0] ?? '', `url-redirect=${bad}`]);

    t.regex(rig.of('authorization-failed')[0]?.reason ?? '', /expected https:/);
    t.deepEqual(rig.of('session-authorized'), []);
  });
}

test('a host whose address is not known is not redirected until it is', t => {
  const rig = new NadRig({redirectAcls}, acceptAnd(both));
  rig.linkUp();
  rig.arp({address: null});
  t.is(rig.of('session-authorized').length, 1);
  t.deepEqual(rig.of('redirect-installed'), []);
  rig.arp();

  t.is(rig.of('redirect-installed').length, 1);
});

for (const [what, acl] of Object.entries({
  'an error': {name: 'ACL-REDIRECT', text: 'permit tcp any any eq nowhere'},
  'the name of a list of the switch': {name: 'Auth-Default-ACL', text: 'permit tcp any any'},
})) {
  test(`a redirect list with ${what} is a fault, and redirects nothing`, t => {
    const rig = redirected(both, {redirectAcls: [acl]});

    t.is(rig.of('fault').length, 1);
    t.true(rig.view.acls.every(({name, entries}) => name !== 'ACL-REDIRECT' || entries.length === 0));
  });
}

test('the CLI shows both as domain.md 5.10 has them, and the list without "(per-user)"', t => {
  const rig = redirected();
  const world = {view: rig.view, counts: [], nowMs: rig.nowMs};
  const shown = (line: string) => new Cli().execute(line, world).lines.join('\n');

  t.true(
    shown('show authentication sessions interface Fa0/12 details').includes(
      `Server Policies:\n         URL Redirect:  ${url}\n     URL Redirect ACL:  ACL-REDIRECT\n              ACS ACL:  xACSACLx`,
    ),
  );
  t.true(
    shown('show access-lists').includes(
      'Extended IP access list ACL-REDIRECT\n    10 deny ip any host 10.10.1.11\n    20 permit tcp any any eq www',
    ),
  );
});
