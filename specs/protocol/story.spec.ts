// What two runs may differ in and still tell the same story, and what they may not.
import test from 'ava';
import {differencesBetween, storyOf} from '#harness/story.ts';
import type {LabEvent, LabEventBody} from '#protocol/event.ts';

const mac = (host: number) => `00:50:56:A8:BE:0${host}`;
const sessionId = (host: number, uptime = 0) => `C0A8FF0C0000000${host}0000000${uptime}`;
const address = (host: number) => `192.168.255.${host}`;
const acl = '#ACSACL#-IP-Posture_Unknown-636b75ac';
const port = 'fa0-1';

test('whose turn it is among hosts is nothing to tell, and which session is whose does not depend on it', t => {
  const one = told([...enters(1), ...enters(2)]);
  t.deepEqual(differencesBetween(one, told([...enters(2, 5), ...enters(1, 7)])), []);
});

test('what one host goes through has its order, however many there are', t => {
  const [begins, installs, authorizes] = enters(1);
  t.deepEqual(
    differencesBetween(told([...enters(1), ...enters(2)]), told([begins, authorizes, installs, ...enters(2)])).length,
    1,
  );
});

test('how often several hosts’ dACL is fetched is nothing to tell, and of one host’s it is', t => {
  const fetched: LabEventBody[] = [
    {kind: 'acl-download-started', acl, server: 'psn1'},
    {kind: 'acl-downloaded', acl, entries: 3, rounds: 1, server: 'psn1'},
  ];
  const both = [...enters(1), ...enters(2), ...fetched];
  t.deepEqual(differencesBetween(told(both), told([...both, ...fetched])), []);
  t.is(differencesBetween(told([...enters(1), ...fetched]), told([...enters(1), ...fetched, ...fetched])).length, 1);
});

for (const [name, late, learnt] of [
  ['a lease', address(1), [{kind: 'lease-obtained', address: address(1), server: '192.168.255.12', leaseS: 86400}]],
  ['SLAAC', '2001:db8::1', [learns('2001:db8::1')]],
  ['ARP beside IPv6', address(1), [learns('2001:db8::1'), learns(address(1))]],
] satisfies [string, string, LabEventBody[]][]) {
  const [begins, , authorizes] = enters(1);
  const installs: LabEventBody = {
    kind: 'acl-installed',
    acl,
    port,
    address: late,
    sessionId: sessionId(1),
    generation: 1,
  };
  const interim: LabEventBody = {kind: 'accounting-sent', status: 'Interim-Update', sessionId: sessionId(1)};

  test(`an address by ${name} is learnt before the session is authorized or after, and told so`, t => {
    const before = told([begins, ...learnt, installs, authorizes]);
    t.deepEqual(differencesBetween(before, told([begins, authorizes, ...learnt, interim, installs])), []);
    t.is(differencesBetween(before, told([begins, authorizes, ...learnt, interim])).length, 1, 'but it is learnt');
  });
}

test('whether a host tells of its link-local address is nothing to tell', t => {
  const linkLocal: LabEventBody = {
    kind: 'acl-installed',
    acl,
    port,
    address: 'fe80::1',
    sessionId: sessionId(1),
    generation: 1,
  };
  t.deepEqual(differencesBetween(told(enters(1)), told([...enters(1), linkLocal])), []);
});

test('of a host with an address of its own, and no other, the order is that of its session', t => {
  const [begins, installs, authorizes] = enters(1);
  const before = told([begins, learns(address(1)), installs, authorizes]);
  t.is(differencesBetween(before, told([begins, authorizes, learns(address(1)), installs])).length, 1);
});

test('how often a poll meets silence is nothing to tell, also after an assessment; that it is answered is', t => {
  const begins: LabEventBody = {kind: 'status-shown', status: 'Compliant', sessionId: sessionId(1)};
  const target = 'psn1.posturelab.test';
  const poll = (round: number, answered: boolean): LabEventBody[] => [
    {kind: 'probe-sent', round, target, port: 8449},
    answered
      ? {kind: 'probe-answered', round, target, status: 'Unknown'}
      : {kind: 'probe-blocked', round, target, reason: 'timeout'},
    {kind: 'sync-round-finished', round, answered},
  ];
  const once = told([begins, ...poll(1, false)]);
  t.deepEqual(differencesBetween(once, told([begins, ...poll(1, false), ...poll(2, false), ...poll(3, false)])), []);
  t.is(differencesBetween(once, told([begins, ...poll(1, false), ...poll(2, true)])).length, 1);
  t.is(differencesBetween(once, told([begins])).length, 1, 'that there was silence');
});

function learns(what: string): LabEventBody {
  return {kind: 'address-learnt', port, mac: mac(1), address: what};
}

function enters(host: number, uptime = 0): [LabEventBody, LabEventBody, LabEventBody] {
  const session = {port, sessionId: sessionId(host, uptime)};
  return [
    {kind: 'authentication-started', ...session, mac: mac(host), method: 'mab'},
    {kind: 'acl-installed', ...session, acl, address: address(host), generation: host},
    {kind: 'session-authorized', ...session, mac: mac(host), acl, server: 'psn1'},
  ];
}

function told(events: readonly LabEventBody[]) {
  return storyOf(events.map((event, index) => ({atMs: index, node: 'nad', ...event}) as LabEvent));
}
