// Who speaks for an IPv6 address in neighbour discovery, and who does not (RFC 4861, RFC 4862; domain.md 5.6).
import test from 'ava';
import fc from 'fast-check';
import {discoveredAddress} from '#protocol/nad/neighbour-discovery.ts';
import {parseIpAddress} from '#protocol/radius/ip-address.ts';

const host = [0x00, 0x50, 0x56, 0xa8, 0xbe, 0x02];
const linkLocal = 'fe80::250:56ff:fea8:be02';
const global = '2001:db8:255:0:250:56ff:fea8:be02';
const [solicitRouter, advertiseRouter, solicit, advertise] = [133, 134, 135, 136];

const told = (packet: number[]) => discoveredAddress(Uint8Array.from(packet), Uint8Array.from(host));

test('a neighbour solicitation and a router solicitation tell their source, an advertisement its target', t => {
  t.is(told(message({type: solicit, source: global, target: 'fe80::1'})), global);
  t.is(told(message({type: solicitRouter, source: linkLocal, option: 1})), linkLocal);
  t.is(told(message({type: advertise, source: linkLocal, target: global, option: 2})), global);
  t.is(
    told(message({type: advertise, source: global, target: global})),
    global,
    'as the answer to a probe, without an option',
  );
});

test('a question whether an address is free tells none: it is nobody’s yet', t => {
  t.is(told(message({type: solicit, source: '::', target: global})), null);
  t.is(told(message({type: solicitRouter, source: '::'})), null);
});

test('what did not begin on the link, and what speaks for another MAC, tells nothing', t => {
  t.is(told(message({type: advertise, source: global, target: global, hopLimit: 254})), null);
  t.is(told(message({type: advertise, source: global, target: global, code: 1})), null);
  t.is(
    told(message({type: advertise, source: linkLocal, target: global, option: 2, hardware: [2, 0, 0, 0, 0, 1]})),
    null,
  );
  t.is(
    told(message({type: solicit, source: global, target: 'fe80::1', option: 1, hardware: [2, 0, 0, 0, 0, 1]})),
    null,
  );
  t.is(told([...message({type: solicit, source: global, target: 'fe80::1'}), 14, 0, 0, 0, 0, 0, 0, 0]), null);
});

test('a router’s advertisement, other ICMPv6, TCP and addresses that are no host’s tell nothing', t => {
  t.is(told(message({type: advertiseRouter, source: linkLocal})), null);
  t.is(told(message({type: 128, source: global})), null);
  t.is(told(message({type: solicit, source: global, target: 'fe80::1', nextHeader: 6})), null);
  for (const target of ['ff02::1', '::1', '::', '::ffff:10.0.0.1'])
    t.is(told(message({type: advertise, source: linkLocal, target})), null, target);
});

test('an option that the capture has cut off is not missed', t => {
  const whole = message({type: advertise, source: linkLocal, target: global, option: 2});

  t.is(told(whole.slice(0, -3)), global);
  t.is(told(whole.slice(0, 60)), null, 'the target is cut');
});

const seed = 4861;
test(`whatever bytes come, an address or nothing comes of them, seed ${seed}`, t => {
  const bytes = fc.uint8Array({maxLength: 120}).map(junk => [0x60, 0, 0, 0, 0, 32, 58, 255, ...junk]);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({maxLength: 120}).map(junk => [...junk]),
        bytes,
      ),
      packet => {
        const address = told(packet);
        return address === null || parseIpAddress(address)?.length === 16;
      },
    ),
    {seed},
  );
  t.pass();
});

function message({
  type,
  source,
  target,
  option,
  hardware = host,
  code = 0,
  hopLimit = 255,
  nextHeader = 58,
}: {
  type: number;
  source: string;
  target?: string;
  option?: number;
  hardware?: number[];
  code?: number;
  hopLimit?: number;
  nextHeader?: number;
}): number[] {
  const bytesOf = (address: string) => [...(parseIpAddress(address) ?? [])];
  return [
    ...[0x60, 0, 0, 0, 0, 32, nextHeader, hopLimit],
    ...bytesOf(source),
    ...bytesOf('ff02::2'),
    ...[type, code, 0, 0, 0, 0, 0, 0],
    ...(target === undefined ? [] : bytesOf(target)),
    ...(option === undefined ? [] : [option, 1, ...hardware]),
  ];
}
