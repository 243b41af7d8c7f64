// An IPv6 list beside the IPv4 one: download, enforcement by learnt addresses, ageing, accounting, console (domain.md 5.3 to 5.10).
import test from 'ava';
import {Cli} from '#protocol/nad/cli/cli.ts';
import {anyIpv6} from '#protocol/nad/host.ts';
import {aclEntryPair} from '#protocol/radius/acl-download.ts';
import {avPair, readAddress, readAddresses, readBytes, readText} from '#protocol/radius/attributes.ts';
import {
  acceptWith,
  aclTexts,
  address,
  compliantAcl,
  healthySettings,
  NadRig,
  type Psn,
  port,
} from '#specs/protocol/nad-rig.ts';

const ipv6Acl = '#ACSACL#-IPV6-Posture_Compliant_IPv6-636b75ac';
const linkLocal = 'fe80::250:56ff:fea8:be02';
const global = '2001:db8:255:0:250:56ff:fea8:be02';
const router = ['fe80::1', '2001:db8:255::1'];
const entries = ['deny tcp any host 2001:db8:1::11 eq 8449', 'permit ipv6 any any'];

/** Accepts with both lists; `served`: what it has of the IPv6 one, null: nothing. */
const acceptWithBoth =
  (served: string[] | null = entries): Psn =>
  (request, server) => {
    const user = readText(request, 'User-Name');
    if (user === ipv6Acl) {
      if (served === null) return {code: 'Access-Reject'};
      const pairs = served.map((entry, index) => avPair(aclEntryPair(index + 1, entry, 'ipv6')));
      return {code: 'Access-Accept', attributes: pairs};
    }
    const answer = acceptWith(compliantAcl, aclTexts)(request, server);
    if (request.code !== 'Access-Request' || user?.startsWith('#ACSACL#')) return answer;
    const both = [...(answer?.attributes ?? []), avPair(`ipv6:CiscoSecure-Defined-ACL=${ipv6Acl}`)];
    return {code: 'Access-Accept', attributes: both};
  };

const dualStack = {ipv6Addresses: router};

function authorized(settings = {}, psn: Psn = acceptWithBoth()): NadRig {
  return NadRig.authorized({...dualStack, ...settings}, psn);
}

const ipv6Bindings = (rig: NadRig) => rig.view.bindings.filter(binding => binding.address?.includes(':'));
const records = (rig: NadRig) => rig.sent.filter(({toPort}) => toPort === 1813).map(({packet}) => packet);
const shown = (rig: NadRig, line: string) =>
  new Cli().execute(line, {view: rig.view, counts: [], nowMs: rig.nowMs}).lines.join('\n');

test('both lists are downloaded by their names, and the session is authorized when both are in force', t => {
  const rig = authorized();
  const asked = rig.sent.map(({packet}) => readText(packet, 'User-Name')).filter(user => user?.startsWith('#ACSACL#'));

  t.deepEqual(asked, [compliantAcl, ipv6Acl]);
  t.deepEqual(
    rig.view.acls.filter(({name}) => name === ipv6Acl).map(({family, entries: read}) => [family, read.length]),
    [['ipv6', 2]],
  );
  t.is(rig.of('session-authorized').length, 1);
  t.like(rig.of('session-authorized')[0], {acl: compliantAcl, ipv6Acl});
});

test('while one of the two is on its way, nothing is granted', t => {
  const rig = new NadRig(dualStack, (request, server) =>
    readText(request, 'User-Name') === ipv6Acl ? undefined : acceptWithBoth()(request, server),
  );
  rig.linkUp();
  rig.arp();

  t.true(rig.of('acl-downloaded').some(({acl}) => acl === compliantAcl));
  t.like(rig.session, {authorized: false, acl: null, ipv6Acl: null});
  t.deepEqual(ipv6Bindings(rig), []);
});

test('each address is bound when it is learnt, and the list of the other family stays where it is', t => {
  const rig = authorized();
  rig.arp({address: linkLocal});
  rig.arp({address: global});

  t.deepEqual(ipv6Bindings(rig), [
    {port, address: global, acl: ipv6Acl},
    {port, address: linkLocal, acl: ipv6Acl},
  ]);
  t.is(rig.aclFor(address), compliantAcl);
  t.like(rig.session, {
    address,
    ipv6Addresses: [global, linkLocal],
    acl: compliantAcl,
    ipv6Acl,
    assignedIpv6Acl: ipv6Acl,
  });
  t.deepEqual(
    rig.of('acl-installed').map(({acl, address: bound}) => [acl, bound]),
    [
      [compliantAcl, address],
      [ipv6Acl, linkLocal],
      [ipv6Acl, global],
    ],
  );
});

for (const {ipUnknownPolicy, acl} of [
  {ipUnknownPolicy: 'notEnforced', acl: 'Auth-Default-ACL-OPEN-IPV6'},
  {ipUnknownPolicy: 'anySource', acl: ipv6Acl},
] as const) {
  test(`with ${ipUnknownPolicy}, IPv6 of a host without a known address meets ${acl}, and no longer when one is learnt`, t => {
    const rig = authorized({ipUnknownPolicy});
    t.deepEqual(ipv6Bindings(rig), [{port, address: anyIpv6, acl}]);

    rig.arp({address: global});
    t.deepEqual(ipv6Bindings(rig), [{port, address: global, acl: ipv6Acl}]);
  });
}

test('a host that was given an IPv4 list alone has no IPv6, whatever addresses are known', t => {
  const rig = authorized({}, acceptWith(compliantAcl));
  rig.arp({address: global});

  t.true(rig.session.authorized);
  t.deepEqual(rig.session.ipv6Addresses, [global]);
  t.deepEqual(ipv6Bindings(rig), []);
});

test('an IPv6 list that cannot be had fails the session; with permitOpen it only keeps the host from IPv6', t => {
  const refused = authorized({}, acceptWithBoth(null));
  t.regex(refused.of('authorization-failed')[0]?.reason ?? '', /Posture_Compliant_IPv6.*could not be downloaded/);

  const broken = authorized({}, acceptWithBoth(['permit ipv6 any host 10.0.0.1']));
  t.regex(broken.of('authorization-failed')[0]?.reason ?? '', /could not be downloaded: entry 1/);

  const open = authorized({daclFailure: 'permitOpen'}, acceptWithBoth(null));
  open.arp({address: global});
  t.like(open.session, {authorized: true, acl: compliantAcl, ipv6Acl: null});
  t.deepEqual(ipv6Bindings(open), []);
});

test('a kernel that refuses the IPv6 list takes authorization away, or with permitOpen IPv6 alone', t => {
  for (const daclFailure of ['deny', 'permitOpen'] as const) {
    const rig = new NadRig({...dualStack, daclFailure}, acceptWithBoth());
    rig.kernel = changes =>
      changes.some(change => change.kind === 'install-acl' && change.acl.name === ipv6Acl)
        ? {refused: 'no room'}
        : 'committed';
    rig.linkUp();
    rig.arp();
    rig.advance(1000);

    t.is(rig.of('acl-install-failed')[0]?.acl, ipv6Acl);
    t.is(rig.session.authorized, daclFailure === 'permitOpen', daclFailure);
  }
});

test('a name of the other family in either attribute is refused', t => {
  const swapped: Psn = (request, server) => {
    const answer = acceptWith(ipv6Acl)(request, server);
    return readText(request, 'User-Name')?.startsWith('#ACSACL#') ? {code: 'Access-Reject'} : answer;
  };
  t.regex(authorized({}, swapped).of('authorization-failed')[0]?.reason ?? '', /expected #ACSACL#-IP-<name>/);
});

test('an address that answers no probe is lost after three, the others stay; on the next sign of life it is bound again', t => {
  const rig = authorized();
  rig.arp({address: linkLocal});
  rig.arp({address: global});
  for (let probe = 0; probe < 4; probe += 1) {
    rig.advance(30_000);
    rig.arp();
    rig.arp({address: linkLocal});
  }
  const asked = rig.effects.flatMap(effect => (effect.kind === 'probe-address' ? [effect.address] : []));

  t.is(asked.filter(each => each === global).length, 3);
  t.deepEqual(ipv6Bindings(rig), [{port, address: linkLocal, acl: ipv6Acl}]);
  t.like(rig.of('acl-withdrawn')[0], {acl: ipv6Acl, address: global});

  rig.arp({address: global});
  t.true(ipv6Bindings(rig).some(binding => binding.address === global));
});

test('the addresses of one host are limited, the quietest makes room, and those of the switch are nobody’s', t => {
  const rig = authorized();
  const many = Array.from({length: 20}, (_, index) => `2001:db8:255::${(index + 16).toString(16)}`);
  for (const each of [...many, ...router]) {
    rig.advance(10);
    rig.arp({address: each});
  }
  t.deepEqual(rig.session.ipv6Addresses, many.slice(4));
  t.is(rig.session.address, address, 'IPv4 is another matter');
});

test('an address that shows up on another port has moved there', t => {
  const rig = authorized();
  rig.arp({address: global});
  rig.linkUp('fa0-13');
  rig.arp({port: 'fa0-13', mac: '00:50:56:A8:BE:03', address: global});

  t.deepEqual(
    ipv6Bindings(rig)
      .filter(binding => binding.address === global)
      .map(binding => binding.port),
    ['fa0-13'],
  );
});

test('with the step ipdt held, two addresses wait side by side', t => {
  const rig = authorized();
  rig.command({name: 'hold', step: 'ipdt'});
  rig.arp({address: linkLocal});
  rig.arp({address: global});
  t.deepEqual(rig.session.ipv6Addresses, []);

  rig.command({name: 'release', step: 'ipdt'});
  t.deepEqual(rig.session.ipv6Addresses, [global, linkLocal]);
});

test('accounting tells the global addresses whole and the link-local one by its interface identifier', t => {
  const rig = authorized();
  rig.arp({address: linkLocal});
  rig.arp({address: global});
  const last = records(rig).at(-1);
  if (last === undefined) return t.fail('no accounting');

  t.is(readAddress(last, 'Framed-IP-Address'), address);
  t.deepEqual(readAddresses(last, 'Framed-IPv6-Address'), [global]);
  t.deepEqual([...(readBytes(last, 'Framed-Interface-Id') ?? [])], [0x02, 0x50, 0x56, 0xff, 0xfe, 0xa8, 0xbe, 0x02]);
  t.is(rig.of('accounting-sent').filter(({status}) => status === 'Interim-Update').length, 2);
});

test('the console prints addresses and both lists', t => {
  const rig = authorized();
  rig.arp({address: linkLocal});
  rig.arp({address: global});
  const details = shown(rig, 'show authentication sessions interface Fa0/12 details');

  t.regex(details, /IPv6 Address: {2}2001:DB8:255:0:250:56FF:FEA8:BE02, FE80::250:56FF:FEA8:BE02\n/);
  t.regex(
    details,
    /ACS ACL: {2}xACSACLx-IP-Posture_Compliant-636b75ac\n +ACS ACL: {2}xACSACLx-IPV6-Posture_Compliant_IPv6-636b75ac\n/,
  );
  t.is(
    shown(rig, 'show ipv6 access-list'),
    [
      'IPv6 access list xACSACLx-IPV6-Posture_Compliant_IPv6-636b75ac (per-user)',
      '    deny tcp any host 2001:db8:1::11 eq 8449 sequence 1',
      '    permit ipv6 any any sequence 2',
    ].join('\n'),
  );
  t.notRegex(shown(rig, 'show ip access-lists'), /IPv6/);
  t.regex(
    shown(rig, 'sh ip access-lists int fa0/12'),
    /deny tcp host 2001:db8:255:0:250:56ff:fea8:be02 host 2001:db8:1::11 eq 8449/,
  );
  t.notRegex(shown(rig, 'show ip device tracking all'), /2001/);
});

test('without IPv6 a session prints its address as unknown', t => {
  const rig = NadRig.authorized();

  t.deepEqual(healthySettings.ipv6Addresses, []);
  t.regex(shown(rig, 'show authentication sessions interface Fa0/12 details'), /IPv6 Address: {2}Unknown\n/);
});
