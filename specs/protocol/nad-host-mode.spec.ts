// `authentication host-mode`: who may be on a port at the same time, and what happens when one too many is.
import test from 'ava';
import {Cli} from '#protocol/nad/cli/cli.ts';
import type {HostMode} from '#protocol/nad/contract.ts';
import {avPair, readText} from '#protocol/radius/attributes.ts';
import {acceptWith, mac, NadRig, type Psn, port, unknownAcl} from '#specs/protocol/nad-rig.ts';

const second = {mac: '00:50:56:A8:BE:03', address: '192.168.255.194'};
const third = {mac: '00:50:56:A8:BE:04', address: '192.168.255.195'};

test('multi-auth lets any number of hosts in, each authenticated for itself', t => {
  const rig = portWith('multi-auth');
  rig.arp(second);
  rig.arp(third);
  t.is(rig.view.sessions.filter(({authorized}) => authorized).length, 3);
});

test('in single-host a second host shuts the port, and its session ends with Port-Error', t => {
  const rig = portWith('single-host');
  rig.arp();
  rig.arp(second);
  t.like(rig.of('security-violation'), [{port, mac: second.mac}]);
  t.like(rig.of('session-ended'), [{mac, cause: 'Port-Error'}]);
  t.deepEqual(rig.view.sessions, []);
  t.like(rig.view.ports[0], {up: false, errDisabled: true, shutdown: false});
  rig.advance(600_000);
  t.like(rig.view.ports[0], {up: false}, 'it stays shut');
  rig.command({name: 'set-port', port, up: true});
  rig.arp(second);
  t.like(rig.session, {mac: second.mac, authorized: true});
});

test('multi-domain lets in a host and a phone', t => {
  const rig = portWith('multi-domain', phoneIs(second.mac));
  rig.arp(second);
  t.deepEqual(
    rig.view.sessions.map(({domain, authorized}) => [domain, authorized]),
    [
      ['DATA', true],
      ['VOICE', true],
    ],
  );
  t.deepEqual(rig.of('security-violation'), []);
  rig.arp(third);
  t.like(rig.of('security-violation'), [{mac: third.mac}], 'a third is one too many before it is authenticated');
});

test('in multi-domain a second host that is no phone shuts the port when that is known', t => {
  const rig = portWith('multi-domain');
  rig.arp(second);
  t.like(rig.of('security-violation'), [{mac: second.mac}]);
  t.like(rig.view.ports[0], {errDisabled: true});
});

test('in multi-auth there is one phone at most', t => {
  const rig = portWith('multi-auth', phoneIs(second.mac, third.mac));
  rig.arp(second);
  t.deepEqual(rig.of('security-violation'), []);
  rig.arp(third);
  t.like(rig.of('security-violation'), [{mac: third.mac}]);
});

test('a port may have another host mode than the rest', t => {
  const rig = NadRig.authorized({hostMode: 'multi-auth', hostModes: {'fa0-13': 'single-host'}});
  rig.arp(second);
  t.deepEqual(rig.of('security-violation'), []);
  rig.linkUp('fa0-13');
  rig.arp({port: 'fa0-13', ...third});
  rig.arp({port: 'fa0-13', mac: '00:50:56:A8:BE:05', address: '192.168.255.196'});
  t.like(rig.of('security-violation'), [{port: 'fa0-13', mac: '00:50:56:A8:BE:05'}]);
  t.deepEqual(
    rig.view.sessions.map(({port: name, hostMode}) => [name, hostMode]),
    [
      [port, 'multi-auth'],
      [port, 'multi-auth'],
    ],
  );
});

test('the CLI has a line for the host and one for the phone, each with its own domain, session and dACL', t => {
  const rig = portWith('multi-domain', phoneIs(second.mac));
  rig.arp(second);
  const [host, phone] = rig.view.sessions;
  const table = shown(rig, 'show authentication sessions interface FastEthernet0/12').split('\n');
  t.true(table.includes(`Fa0/12       0050.56a8.be02 mab     DATA    Auth      ${host?.sessionId}`), table.join('\n'));
  t.true(table.includes(`Fa0/12       0050.56a8.be03 mab     VOICE   Auth      ${phone?.sessionId}`));
  t.true(table.includes('Session count = 2'));

  const details = shown(rig, 'show authentication sessions interface FastEthernet0/12 details');
  const [data = '', voice = ''] = details.split('-'.repeat(40));
  t.regex(data, /IPv4 Address: {2}192\.168\.255\.193.*Domain: {2}DATA.*Oper host mode: {2}multi-domain/s);
  t.regex(voice, /IPv4 Address: {2}192\.168\.255\.194.*Domain: {2}VOICE.*Oper host mode: {2}multi-domain/s);
});

test('re-authentication of a host that is in is no violation', t => {
  for (const hostMode of ['single-host', 'multi-domain'] as const) {
    const rig = portWith(hostMode);
    rig.coa([`audit-session-id=${rig.session.sessionId}`, 'subscriber:command=reauthenticate']);
    t.deepEqual(rig.of('security-violation'), []);
    t.true(rig.session.authorized);
  }
});

function portWith(hostMode: HostMode, psn?: Psn): NadRig {
  return NadRig.authorized({hostMode}, psn);
}

function phoneIs(...macs: string[]): Psn {
  const accept = acceptWith(unknownAcl);
  return (request, server) => {
    const answer = accept(request, server);
    const user = (readText(request, 'User-Name') ?? '').toUpperCase();
    const isPhone = request.code === 'Access-Request' && macs.some(phone => phone.replaceAll(':', '') === user);
    return answer && isPhone
      ? {...answer, attributes: [...(answer.attributes ?? []), avPair('device-traffic-class=voice')]}
      : answer;
  };
}

function shown(rig: NadRig, line: string): string {
  return new Cli().execute(line, {counts: [], view: rig.view, nowMs: rig.nowMs}).lines.join('\n');
}
