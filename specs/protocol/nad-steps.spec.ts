// Where the switch can be slowed down or stopped (domain.md 7.5), and IP device tracking over time (5.6, 11.22).
import test from 'ava';
import type {NadStep} from '#protocol/nad/contract.ts';
import {acceptWith, address, compliantAcl, mac, NadRig, port, unknownAcl} from '#specs/protocol/nad-rig.ts';

const reauthenticate = (rig: NadRig) =>
  rig.coa([`audit-session-id=${rig.session.sessionId}`, 'subscriber:command=reauthenticate']);

const steps: NadStep[] = ['coa', 'reauth', 'acl-download', 'acl-install'];

for (const step of steps) {
  test(`a held ${step} keeps the old dACL in force, and tells that something stands there`, t => {
    const rig = NadRig.authorized();
    rig.psn = acceptWith(compliantAcl);
    rig.command({name: 'hold', step});
    reauthenticate(rig);
    rig.advance(20_000);
    rig.arp();

    t.deepEqual(
      rig.of('gate-reached').map(event => event.step),
      [step],
    );
    t.is(rig.aclFor(address), unknownAcl);
    t.deepEqual(rig.view.held, [step]);

    rig.command({name: 'release', step});
    t.is(rig.aclFor(address), compliantAcl);
    t.deepEqual(
      rig.of('gate-released').map(event => event.step),
      [step],
    );
  });

  test(`a delay of 700 ms at ${step} puts the new dACL in force 700 ms later`, t => {
    const rig = NadRig.authorized();
    rig.psn = acceptWith(compliantAcl);
    rig.command({name: 'set-delay', step, delayMs: 700});
    reauthenticate(rig);

    rig.advance(699);
    t.is(rig.aclFor(address), unknownAcl);
    rig.advance(1);
    t.is(rig.aclFor(address), compliantAcl);
  });
}

test('release and hold at the same instant let exactly what stands there pass', t => {
  const rig = NadRig.authorized();
  rig.command({name: 'hold', step: 'acl-install'});
  rig.psn = acceptWith(compliantAcl);
  reauthenticate(rig);
  rig.command({name: 'release', step: 'acl-install'});
  rig.command({name: 'hold', step: 'acl-install'});
  t.is(rig.session.acl, compliantAcl);

  rig.psn = acceptWith(unknownAcl);
  reauthenticate(rig);
  t.is(rig.session.acl, compliantAcl);
  t.is(rig.of('gate-reached').length, 2);
});

test('what stood before a gate for a session that is gone goes nowhere', t => {
  const rig = NadRig.authorized();
  rig.command({name: 'hold', step: 'acl-install'});
  rig.psn = acceptWith(compliantAcl);
  reauthenticate(rig);
  rig.input({kind: 'link', port, up: false});
  rig.command({name: 'release', step: 'acl-install'});

  t.deepEqual(rig.view.sessions, []);
  t.deepEqual(
    rig.view.acls.map(acl => acl.name),
    ['Auth-Default-ACL'],
  );
});

test('a slow ipdt learns the address later; an ARP in between does not start the wait again', t => {
  const rig = new NadRig({delaysMs: {coa: 0, reauth: 0, 'acl-download': 0, 'acl-install': 0, ipdt: 1000}});
  rig.linkUp();
  rig.arp();
  rig.advance(600);
  rig.arp();
  t.is(rig.session.address, null);
  rig.advance(400);

  t.is(rig.session.address, address);
  t.like(rig.of('address-learnt'), [{atMs: 1000}]);
});

test('tracking probes a silent host after 30, 60 and 90 seconds and forgets it after 120; its dACL no longer meets it (11.22)', t => {
  const rig = NadRig.authorized({}, acceptWith(compliantAcl));
  const probes = () => rig.effects.filter(effect => effect.kind === 'probe-address').length;
  const seen: [number, number, string | undefined][] = [];
  for (let second = 30; second <= 120; second += 30) {
    rig.advance(30_000);
    seen.push([second, probes(), rig.aclFor(address)]);
  }

  t.deepEqual(seen, [
    [30, 1, compliantAcl],
    [60, 2, compliantAcl],
    [90, 3, compliantAcl],
    [120, 3, 'Auth-Default-ACL-OPEN'],
  ]);
  t.like(rig.of('acl-withdrawn'), [{acl: compliantAcl, address}]);

  rig.arp();
  t.is(rig.aclFor(address), compliantAcl);
});

test('a host that answers stays tracked', t => {
  const rig = NadRig.authorized();
  for (let second = 0; second < 600; second += 30) {
    rig.advance(30_000);
    rig.arp();
  }

  t.deepEqual(rig.view.tracking, [{port, interface: 'FastEthernet0/12', mac, address, state: 'ACTIVE'}]);
});

test('an address that another host takes is taken from the first', t => {
  const rig = NadRig.authorized();
  rig.arp({mac: '00:50:56:A8:BE:03'});

  t.deepEqual(
    rig.view.sessions.map(session => session.address),
    [null, address],
  );
});
