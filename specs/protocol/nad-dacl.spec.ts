// From the name in the Access-Accept to a list in force: download, sharing, replacement, failure (domain.md 5.4 to 5.7).
import test from 'ava';
import type {EnforcementChange, NadSettings} from '#protocol/nad/contract.ts';
import {aclEntryPair, splitAclRounds} from '#protocol/radius/acl-download.ts';
import {avPair, bytes, readAvPairs, readBytes, readText} from '#protocol/radius/attributes.ts';
import {
  acceptWith,
  aclTexts,
  address,
  compliantAcl,
  NadRig,
  type Psn,
  port,
  unknownAcl,
} from '#specs/protocol/nad-rig.ts';

const reauthenticate = (rig: NadRig) =>
  rig.coa([`audit-session-id=${rig.session.sessionId}`, 'subscriber:command=reauthenticate']);

const downloads = (rig: NadRig) =>
  rig.sent.filter(({packet}) => readText(packet, 'User-Name')?.startsWith('#ACSACL#')).map(({packet}) => packet);

test('the download asks with the two pairs that ISE wants', t => {
  const [request] = downloads(NadRig.authorized());
  if (request === undefined) return t.fail('no download');

  t.is(readText(request, 'User-Name'), unknownAcl);
  t.deepEqual(readAvPairs(request), ['aaa:service=ip_admission', 'aaa:event=acl-download']);
  t.truthy(readBytes(request, 'Message-Authenticator'));
  t.is(readBytes(request, 'State'), undefined);
});

test('a dACL that some session has is not downloaded again', t => {
  const rig = NadRig.authorized();
  rig.arp({mac: '00:50:56:A8:BE:03', address: '192.168.255.194'});
  reauthenticate(rig);

  t.is(downloads(rig).length, 1);
  t.is(rig.aclFor('192.168.255.194'), unknownAcl);
});

test('two hosts that come at once share one download', t => {
  const rig = new NadRig();
  rig.linkUp();
  rig.command({name: 'hold', step: 'acl-download'});
  rig.arp();
  rig.arp({mac: '00:50:56:A8:BE:03', address: '192.168.255.194'});
  rig.command({name: 'release', step: 'acl-download'});

  t.is(downloads(rig).length, 1);
  t.deepEqual(
    rig.view.sessions.map(session => session.acl),
    [unknownAcl, unknownAcl],
  );
});

test('a dACL goes when the last session leaves it, and is downloaded anew when one comes', t => {
  const rig = NadRig.authorized();
  rig.input({kind: 'link', port, up: false});
  t.deepEqual(
    rig.view.acls.map(acl => acl.name),
    ['Auth-Default-ACL'],
  );

  rig.linkUp();
  rig.arp();
  t.is(downloads(rig).length, 2);
});

test('an edited dACL has another name, so re-authentication fetches it', t => {
  const rig = NadRig.authorized();
  const edited = unknownAcl.replace('636b75ac', '636b75ad');
  rig.psn = acceptWith(edited, {...aclTexts, [edited]: ['permit ip any any']});
  reauthenticate(rig);

  t.is(rig.session.acl, edited);
  t.deepEqual(
    rig.view.acls.map(acl => acl.name),
    ['Auth-Default-ACL', edited],
  );
});

test('old and new dACL change places in one transaction, old one last out', t => {
  const rig = NadRig.authorized();
  rig.psn = acceptWith(compliantAcl);
  reauthenticate(rig);

  const last = rig.effects.findLast(effect => effect.kind === 'enforce');
  const told = last?.changes.map(change => [change.kind, nameOf(change)]);
  t.deepEqual(told, [
    ['install-acl', compliantAcl],
    ['bind', compliantAcl],
    ['remove-acl', unknownAcl],
  ]);
  t.deepEqual(
    rig.events
      .filter(event => event.kind.startsWith('acl-'))
      .slice(-3)
      .map(event => event.kind),
    ['acl-downloaded', 'acl-withdrawn', 'acl-installed'],
  );
});

test('until the kernel has the new dACL, the old one holds and nothing else is told', t => {
  const rig = NadRig.authorized();
  rig.psn = acceptWith(compliantAcl);
  rig.kernel = () => undefined;
  reauthenticate(rig);

  t.like(rig.session, {authorized: true, acl: unknownAcl, applyingPolicy: true});
  t.is(rig.of('acl-installed').length, 1);
  t.is(rig.of('session-authorized').length, 1);

  const enforce = rig.effects.findLast(effect => effect.kind === 'enforce');
  rig.input({kind: 'enforced', transactionId: enforce?.transactionId ?? '', generation: 9});
  t.like(rig.session, {authorized: true, acl: compliantAcl, applyingPolicy: false});
  t.like(rig.of('acl-installed')[1], {acl: compliantAcl, generation: 9});
});

test('re-authentication with the same dACL touches nothing in the kernel and tells again that it is in force', t => {
  const rig = NadRig.authorized();
  const before = rig.effects.filter(effect => effect.kind === 'enforce').length;
  reauthenticate(rig);

  t.is(rig.effects.filter(effect => effect.kind === 'enforce').length, before);
  t.is(rig.of('acl-installed').length, 2);
  t.is(rig.of('session-authorized').length, 2);
});

test('a large dACL comes in rounds with State, and is installed whole', t => {
  const entries = Array.from({length: 200}, (_, n) => `permit tcp any host 10.0.${n >> 8}.${n & 255} eq 443`);
  const rounds = splitAclRounds(entries, 3900);
  const rig = NadRig.authorized({}, inRounds(rounds));

  t.true(rounds.length > 1);
  t.like(rig.of('acl-downloaded'), [{entries: 200, rounds: rounds.length, server: 'psn1'}]);
  t.is(rig.view.acls.find(acl => acl.name === unknownAcl)?.entries.length, 200);
  t.deepEqual(
    downloads(rig).map(request => readBytes(request, 'State')?.[0]),
    [undefined, ...rounds.slice(1).keys()],
  );
});

test('when the PSN falls silent between rounds, the next one is asked from the start', t => {
  const entries = Array.from({length: 200}, (_, n) => `permit tcp any host 10.0.${n >> 8}.${n & 255} eq 443`);
  const serve = inRounds(splitAclRounds(entries, 3900));
  const rig = NadRig.authorized({}, (request, server) => {
    const isLaterRound = readBytes(request, 'State') !== undefined;
    return server === 'psn1' && isLaterRound ? undefined : serve(request, server);
  });
  rig.advance(20_000);

  t.like(rig.of('acl-downloaded'), [{entries: 200, server: 'psn2'}]);
  t.like(rig.of('radius-server-failed'), [{server: 'psn1', next: null}]);
  t.true(rig.session.authorized);
});

const failures: [string, Psn, RegExp][] = [
  ['is rejected', acceptWith(unknownAcl, {}), /psn1 rejected the download/],
  ['has no entries', acceptWith(unknownAcl, {[unknownAcl]: []}), /psn1 sent no entries/],
  ['has a gap', withPairs(['ip:inacl#1=permit ip any any', 'ip:inacl#3=deny ip any any']), /entry 2 is missing/],
  [
    'has an entry twice',
    withPairs(['ip:inacl#1=permit ip any any', 'ip:inacl#1=deny ip any any']),
    /entry 1 is there twice/,
  ],
  ['has a syntax error', acceptWith(unknownAcl, {[unknownAcl]: ['permit ip any any', 'permit tcp any']}), /entry 2: /],
  ['wants another round and gives no State', endless([]), /wants another round but gave no State/],
  ['never ends', endless([bytes('State', Uint8Array.of(1))]), /came to no end in 1000 rounds/],
];

for (const [title, psn, reason] of failures) {
  test(`a download that ${title} leaves the session unauthorized`, t => {
    const rig = NadRig.authorized({}, psn);

    t.regex(rig.of('acl-download-failed')[0]?.reason ?? '', reason);
    t.regex(rig.of('authorization-failed')[0]?.reason ?? '', reason);
    t.like(rig.session, {authorized: false, acl: null, assignedAcl: null});
    t.is(rig.session.methods[0]?.state, 'Authc Success');
    t.is(rig.aclFor(address), 'Auth-Default-ACL');
  });

  test(`with permitOpen, a download that ${title} opens the port for the session`, t => {
    const rig = NadRig.authorized({daclFailure: 'permitOpen'}, psn);

    t.like(rig.session, {authorized: true, acl: null});
    t.is(rig.aclFor(address), 'Auth-Default-ACL-OPEN');
  });
}

test('an Accept that names something that is no dACL authorizes nobody', t => {
  const rig = NadRig.authorized({}, acceptWith('my-list'));

  t.regex(rig.of('authorization-failed')[0]?.reason ?? '', /names a dACL "my-list"; expected #ACSACL#/);
  t.false(rig.session.authorized);
});

test('a dACL that the kernel refuses leaves the session unauthorized, the others as they were', t => {
  const rig = NadRig.authorized();
  rig.psn = acceptWith(compliantAcl);
  rig.kernel = changes =>
    changes.some(change => nameOf(change) === compliantAcl) ? {refused: 'no memory'} : 'committed';
  rig.arp({mac: '00:50:56:A8:BE:03', address: '192.168.255.194'});

  t.like(rig.of('acl-install-failed'), [{acl: compliantAcl, port, message: 'no memory'}]);
  t.deepEqual(
    rig.view.sessions.map(session => [session.authorized, session.acl]),
    [
      [true, unknownAcl],
      [false, null],
    ],
  );
});

test('with permitOpen, a dACL that the kernel refuses opens the port for the session', t => {
  const rig = new NadRig({daclFailure: 'permitOpen'});
  rig.kernel = changes =>
    changes.some(change => nameOf(change) === unknownAcl) ? {refused: 'no memory'} : 'committed';
  rig.linkUp();
  rig.arp();

  t.like(rig.session, {authorized: true, acl: null});
  t.is(rig.aclFor(address), 'Auth-Default-ACL-OPEN');
});

test('a kernel that refuses everything is told as a fault, once a second, not in a loop', t => {
  const rig = new NadRig();
  rig.kernel = () => ({refused: 'broken'});
  rig.linkUp();
  rig.arp();
  rig.input({kind: 'link', port, up: false});
  const before = rig.of('fault').length;
  rig.advance(10_000);

  t.true(rig.of('fault').length - before <= 11);
});

const whileUnknown = (ipUnknownPolicy: NadSettings['ipUnknownPolicy']) => {
  const rig = new NadRig({ipUnknownPolicy}, acceptWith(compliantAcl));
  rig.command({name: 'hold', step: 'ipdt'});
  rig.linkUp();
  rig.arp();
  return rig;
};

test('notEnforced: while the address is not known the dACL is there and meets nobody, so the probe port is open (11.21)', t => {
  const rig = whileUnknown('notEnforced');

  t.like(rig.session, {authorized: true, address: null, acl: null, assignedAcl: compliantAcl});
  t.is(rig.aclFor(address), 'Auth-Default-ACL-OPEN');
  t.deepEqual(rig.of('acl-installed'), []);

  rig.command({name: 'release', step: 'ipdt'});
  t.like(rig.session, {address, acl: compliantAcl});
  t.is(rig.aclFor(address), compliantAcl);
  t.is(rig.aclFor('192.168.255.7'), 'Auth-Default-ACL');
  t.like(rig.of('acl-installed'), [{acl: compliantAcl, address}]);
});

test('anySource: while the address is not known the dACL meets every source on the port', t => {
  const rig = whileUnknown('anySource');

  t.is(rig.session.acl, compliantAcl);
  t.is(rig.aclFor('192.168.255.7'), compliantAcl);
  t.like(rig.of('acl-installed'), [{acl: compliantAcl, address: 'any'}]);

  rig.command({name: 'release', step: 'ipdt'});
  t.is(rig.aclFor(address), compliantAcl);
  t.is(rig.aclFor('192.168.255.7'), 'Auth-Default-ACL');
  t.like(rig.of('acl-installed')[1], {acl: compliantAcl, address});
});

test('a host with a new address is bound by it, and no longer by the old one', t => {
  const rig = NadRig.authorized();
  rig.arp({address: '192.168.255.200'});

  t.is(rig.aclFor('192.168.255.200'), unknownAcl);
  t.is(rig.aclFor(address), 'Auth-Default-ACL');
});

function nameOf(change: EnforcementChange): string | undefined {
  if (change.kind === 'install-acl') return change.acl.name;
  if (change.kind === 'remove-acl') return change.name;
  return change.kind === 'bind' ? change.acl : undefined;
}

/** A PSN that serves a list in parts; the State is the number of the part that comes next. */
function inRounds(rounds: string[][]): Psn {
  const accept = acceptWith(unknownAcl);
  return (request, server) => {
    if (!readText(request, 'User-Name')?.startsWith('#ACSACL#')) return accept(request, server);
    const state = readBytes(request, 'State')?.[0];
    const round = state === undefined ? 0 : state + 1;
    const before = rounds.slice(0, round).flat().length;
    const pairs = (rounds[round] ?? []).map((entry, index) => avPair(aclEntryPair(before + index + 1, entry)));
    const isLast = round === rounds.length - 1;
    return isLast
      ? {code: 'Access-Accept', attributes: pairs}
      : {code: 'Access-Challenge', attributes: [bytes('State', Uint8Array.of(round)), ...pairs]};
  };
}

function withPairs(pairs: string[]): Psn {
  const accept = acceptWith(unknownAcl);
  return (request, server) =>
    readText(request, 'User-Name')?.startsWith('#ACSACL#')
      ? {code: 'Access-Accept', attributes: pairs.map(avPair)}
      : accept(request, server);
}

function endless(attributes: ReturnType<typeof bytes>[]): Psn {
  const accept = acceptWith(unknownAcl);
  return (request, server) =>
    readText(request, 'User-Name')?.startsWith('#ACSACL#')
      ? {code: 'Access-Challenge', attributes}
      : accept(request, server);
}
