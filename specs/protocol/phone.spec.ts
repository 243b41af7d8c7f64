// What the network hears of an IP phone.
import test from 'ava';
import type {AgentInput} from '#protocol/agent/contract.ts';
import {Phone} from '#protocol/phone/phone.ts';

const up: AgentInput = {kind: 'link', up: true, addresses: ['192.168.255.101']};
const announce = [{kind: 'announce'}];

test('it is heard when its link comes up, and every 30 seconds from then on', t => {
  const phone = new Phone();
  t.deepEqual(phone.handle({kind: 'start'}, 0), []);
  t.is(phone.wakeAtMs(), undefined);
  t.deepEqual(phone.handle(up, 1000), announce);
  t.is(phone.wakeAtMs(), 31_000);
  t.deepEqual(phone.handle({kind: 'wake'}, 30_999), []);
  t.deepEqual(phone.handle({kind: 'wake'}, 31_000), announce);
  t.is(phone.wakeAtMs(), 61_000);
});

test('without a link it is silent', t => {
  const phone = new Phone();
  phone.handle(up, 1000);
  t.deepEqual(phone.handle({kind: 'link', up: false, addresses: []}, 2000), []);
  t.is(phone.wakeAtMs(), undefined);
  t.deepEqual(phone.handle({kind: 'wake'}, 60_000), []);
});

test('it tells how it is, and refuses what only an agent can do, in words', t => {
  const phone = new Phone();
  phone.handle(up, 1000);
  t.deepEqual(phone.handle({kind: 'command', id: '1', command: {name: 'view'}}, 2000), [
    {kind: 'reply', id: '1', result: {linked: true, keepalives: 1}},
  ]);
  t.deepEqual(phone.handle({kind: 'command', id: '2', command: {name: 'rescan'}}, 2000), [
    {kind: 'refuse', id: '2', message: 'a phone has no posture agent: it cannot do "rescan"'},
  ]);
});
