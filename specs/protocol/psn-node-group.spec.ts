// The heartbeat of a node group, and what becomes of the posture-pending sessions of a member that is heard no more (domain.md 6.5, 6.8).
import test from 'ava';
import {encodeAnnouncement} from '#protocol/psn/announcement.ts';
import type {PsnEffect} from '#protocol/psn/contract.ts';
import {heartbeat} from '#protocol/psn/node-group.ts';
import {newSession, type PsnSession} from '#protocol/psn/session-cache.ts';
import {mac, nasAddress, PsnBench, settingsOf} from '#specs/protocol/psn-bench.ts';

const psns = ['psn1', 'psn2', 'psn3'].map((name, index) => ({
  name,
  fqdn: `${name}.posturelab.test`,
  address: `10.10.${index + 1}.${index + 11}`,
}));
const untilSilentMs = heartbeat.missed * heartbeat.everyMs;

/** A member whose peers answer heartbeats as long as they are in `living`. */
class Member {
  readonly bench: PsnBench;
  living: string[] = psns.map(({name}) => name);
  #answered = 0;

  constructor(name: string) {
    const own = psns.find(psn => psn.name === name) ?? psns[0];
    const peers = psns.filter(psn => psn.name !== name);
    this.bench = new PsnBench({...own, peers, ports: {...settingsOf().ports, nodeGroup: 7800}});
  }

  elapse(ms: number): void {
    for (let spentMs = 0; spentMs < ms; spentMs += 100) {
      this.bench.elapse(100);
      const calls = this.bench.effects.slice(this.#answered).filter(isHeartbeat);
      this.#answered = this.bench.effects.length;
      for (const {connectionId, host} of calls) {
        const isAlive = this.living.some(name => host === `${name}.posturelab.test`);
        if (isAlive)
          this.bench.handle({kind: 'https-response', connectionId, response: {status: 204, headers: {}, body: ''}});
        else this.bench.handle({kind: 'https-failed', connectionId, failure: {reason: 'timeout', detail: ''}});
      }
    }
  }

  /** What its owner tells of a session. */
  learn(owner: string, changes: Partial<PsnSession>): void {
    const peer = psns.find(({name}) => name === owner) ?? {fqdn: '', address: ''};
    const facts = {mac, nasAddress, nasPortId: 'FastEthernet0/12', userName: '', owner: peer.fqdn, createdAtMs: 0};
    const session = {
      ...newSession({sessionId: 'C0A8FF0C00000001679E0000', ...facts}),
      rule: 'Posture-Unknown',
      ...changes,
    };
    const request = encodeAnnouncement({kind: 'session', session}, '');
    this.bench.ask(8671, request, {address: peer.address, port: 40_000});
  }

  disconnected(): number {
    return this.bench.of('coa-sent').filter(({packet}) => packet === 'Disconnect-Request').length;
  }
}

function isHeartbeat(effect: PsnEffect): effect is PsnEffect & {kind: 'https-call'} {
  return effect.kind === 'https-call' && effect.port === 7800;
}

test('a member that misses three heartbeats has failed; its posture-pending sessions are terminated', t => {
  const two = new Member('psn2');
  two.learn('psn1', {postureStatus: 'Pending'});
  two.elapse(60_000);
  t.deepEqual(two.bench.of('group-member-failed'), []);

  two.living = ['psn3'];
  two.elapse(untilSilentMs + heartbeat.everyMs);
  t.deepEqual(two.bench.of('group-member-failed'), [{kind: 'group-member-failed', member: 'psn1', terminates: 1}]);
  t.is(two.disconnected(), 1);
});

test('sessions of known status, and those of others, are left alone', t => {
  const two = new Member('psn2');
  two.learn('psn1', {postureStatus: 'Compliant', sessionId: 'C0A8FF0C00000001679E0001'});
  two.learn('psn1', {postureStatus: 'NonCompliant', sessionId: 'C0A8FF0C00000002679E0002'});
  two.learn('psn3', {postureStatus: 'Pending', sessionId: 'C0A8FF0C00000003679E0003'});
  two.living = ['psn3'];
  two.elapse(60_000);

  t.like(two.bench.of('group-member-failed'), [{terminates: 0}]);
  t.is(two.disconnected(), 0);
});

test('one member acts, the first of those that live', t => {
  const three = new Member('psn3');
  three.learn('psn1', {postureStatus: 'Pending'});
  three.living = ['psn2'];
  three.elapse(60_000);
  t.like(three.bench.of('group-member-failed'), [{member: 'psn1', terminates: 0}]);
  t.is(three.disconnected(), 0);
});

test('a heartbeat that is answered again ends the silence, and the next one counts anew', t => {
  const two = new Member('psn2');
  two.living = ['psn3'];
  two.elapse(30_000);
  two.living = ['psn1', 'psn3'];
  two.elapse(10_000);
  t.deepEqual(two.bench.of('group-member-back'), [{kind: 'group-member-back', member: 'psn1'}]);
  two.living = ['psn3'];
  two.elapse(30_000);

  t.is(two.bench.of('group-member-failed').length, 2);
});

test('heartbeats are for members; a node in no group sends none', t => {
  const {bench} = new Member('psn1');
  const request = {method: 'GET', path: '/node-group/heartbeat', headers: {}, body: ''} as const;
  t.is(bench.ask(7800, request, {address: '10.10.2.12', port: 40_000}).status, 204);
  t.is(bench.ask(7800, {...request, path: '/'}, {address: '10.10.2.12', port: 40_000}).status, 404);
  t.is(bench.ask(7800, request, {address: '192.168.255.193', port: 40_000}).status, 403);

  const alone = new PsnBench({peers: psns.slice(1)});
  alone.elapse(60_000);
  t.deepEqual(alone.effects.filter(isHeartbeat), []);
});
