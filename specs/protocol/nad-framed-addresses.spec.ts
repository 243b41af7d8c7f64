// What the switch tells RADIUS of a host's addresses (RFC 2865 5.8; RFC 3162 2.2, 2.3; RFC 6911 3.1).
import test from 'ava';
import {readAddress, readAddresses, readBytes} from '#protocol/radius/attributes.ts';
import {address, NadRig} from '#specs/protocol/nad-rig.ts';

const linkLocal = 'fe80::250:56ff:fea8:be02';
const global = '2001:db8:255:0:250:56ff:fea8:be02';
const elsewhere = '2001:db8:ffff::1';
const router = ['fe80::1', '2001:db8:255::1'];

function reauthenticated(settings = {}, addresses = [linkLocal, global]) {
  const rig = NadRig.authorized({ipv6Addresses: router, ...settings});
  for (const each of addresses) rig.arp({address: each});
  rig.coa([`audit-session-id=${rig.session.sessionId}`, 'subscriber:command=reauthenticate']);
  const requests = rig.sent.filter(({packet}) => packet.code === 'Access-Request').map(({packet}) => packet);
  return requests.filter(packet => readBytes(packet, 'Calling-Station-Id') !== undefined);
}

test('the first Access-Request knows none of IPv6, the next ones every address, the prefix and the interface identifier', t => {
  const requests = reauthenticated();
  const [first, last] = [requests[0], requests.at(-1)];
  if (first === undefined || last === undefined) return t.fail('no request');

  t.deepEqual(readAddresses(first, 'Framed-IPv6-Address'), []);
  t.is(readBytes(first, 'Framed-IPv6-Prefix'), undefined);
  t.is(readAddress(last, 'Framed-IP-Address'), address);
  t.deepEqual(readAddresses(last, 'Framed-IPv6-Address'), [global]);
  t.deepEqual([...(readBytes(last, 'Framed-Interface-Id') ?? [])], [0x02, 0x50, 0x56, 0xff, 0xfe, 0xa8, 0xbe, 0x02]);
  t.deepEqual([...(readBytes(last, 'Framed-IPv6-Prefix') ?? [])], [0, 64, 0x20, 0x01, 0x0d, 0xb8, 0x02, 0x55, 0, 0]);
});

test('of a prefix that the switch does not advertise only the address is told', t => {
  const last = reauthenticated({}, [elsewhere]).at(-1);
  if (last === undefined) return t.fail('no request');

  t.deepEqual(readAddresses(last, 'Framed-IPv6-Address'), [elsewhere]);
  t.is(readBytes(last, 'Framed-IPv6-Prefix'), undefined);
});

test('a switch that does not include addresses in Access-Requests includes none of either family', t => {
  for (const request of reauthenticated({sendsFramedIp: false})) {
    t.is(readAddress(request, 'Framed-IP-Address'), undefined);
    t.is(readBytes(request, 'Framed-Interface-Id'), undefined);
    t.is(readBytes(request, 'Framed-IPv6-Prefix'), undefined);
    t.deepEqual(readAddresses(request, 'Framed-IPv6-Address'), []);
  }
});
