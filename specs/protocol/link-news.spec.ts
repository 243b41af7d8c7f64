// The lines of `ip -o monitor link`, as Debian's iproute2 prints them.
import test from 'ava';
import {readLinkNews} from '#images/shell/link-news.ts';

const up =
  '7: fa0-12@if8: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue master vlan255 state UP group default \\    link/ether 5a:d6:e7:69:f7:31 brd ff:ff:ff:ff:ff:ff link-netnsid 0';
const fa012 = {name: 'fa0-12', index: 7};

for (const [what, line, news] of [
  ['a port that passes frames', up, {...fa012, isGone: false, hasCarrier: true, isUp: true}],
  [
    'a port whose carrier has just come',
    up.replace('state UP', 'state LOWERLAYERDOWN'),
    {...fa012, isGone: false, hasCarrier: true, isUp: false},
  ],
  [
    'a port without anybody',
    up.replace('MULTICAST,UP,LOWER_UP', 'NO-CARRIER,MULTICAST,UP').replace('state UP', 'state LOWERLAYERDOWN'),
    {...fa012, isGone: false, hasCarrier: false, isUp: false},
  ],
  ['a port that is gone', `Deleted ${up}`, {...fa012, isGone: true, hasCarrier: true, isUp: true}],
  [
    'a device without a peer',
    '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default ',
    {name: 'lo', index: 1, isGone: false, hasCarrier: true, isUp: false},
  ],
] as const) {
  test(what, t => t.deepEqual(readLinkNews(line), news));
}

test('what is no such line says nothing', t => {
  for (const line of ['', '    link/ether 5a:d6:e7:69:f7:31', 'Dump terminated']) t.is(readLinkNews(line), undefined);
});
