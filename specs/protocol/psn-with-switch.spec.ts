// The policy node against this project's own switch, packet by packet: the whole life of a session (domain.md 2.4, 11.12a, 11.19, 11.30).
import test from 'ava';
import type {NadInput, NadView} from '#protocol/nad/contract.ts';
import {Nad} from '#protocol/nad/nad.ts';
import {healthySettings} from '#specs/protocol/nad-rig.ts';
import {
  agent,
  endpointAddress,
  mac,
  nasAddress,
  PsnBench,
  predictable,
  secret,
  settingsOf,
} from '#specs/protocol/psn-bench.ts';

test('one endpoint from its first frame to Compliant, terminated by the administrator, and back as Unknown', t => {
  const lab = new TwoRoles();
  lab.plugIn();
  const [first] = lab.switchView().sessions;
  t.like(first, {authorized: true, acl: '#ACSACL#-IP-U-636b75ac'});
  t.like(lab.bench.session(first?.sessionId), {
    mac,
    addresses: [endpointAddress],
    postureStatus: 'Unknown',
    accounting: 'started',
  });

  lab.bench.report(true, agent);
  lab.deliver();
  t.like(lab.switchView().sessions[0], {sessionId: first?.sessionId, acl: '#ACSACL#-IP-C-636b75ac'});
  t.is(lab.bench.of('coa-acknowledged').length, 1);
  t.is(lab.bench.session(first?.sessionId)?.rule, 'Posture-Compliant');

  lab.bench.command({name: 'end-session', mac, how: 'terminate'});
  lab.deliver();
  lab.plugIn();
  const [second] = lab.switchView().sessions;
  t.not(second?.sessionId, first?.sessionId);
  t.like(second, {authorized: true, acl: '#ACSACL#-IP-U-636b75ac'});
  t.is(lab.bench.session(first?.sessionId), undefined);
  t.is(lab.bench.session(second?.sessionId)?.postureStatus, 'Unknown');
  t.deepEqual(lab.bench.of('alarm-raised'), []);
  t.deepEqual(lab.bench.of('radius-request-dropped'), []);
});

test('a dACL of many rounds is installed whole', t => {
  const text = Array.from(
    {length: 400},
    (_, index) => `permit tcp any host 10.0.${index >> 8}.${index & 255} eq 443`,
  ).join('\n');
  const {policy} = settingsOf();
  const dacls = policy.dacls.map(dacl => (dacl.name === 'U' ? {...dacl, text} : dacl));
  const lab = new TwoRoles(new PsnBench({policy: {...policy, dacls}}));
  lab.plugIn();
  t.is(lab.switchView().acls.find(({name}) => name === '#ACSACL#-IP-U-636b75ac')?.entries.length, 400);
  t.true((lab.bench.of('acl-served')[0]?.rounds ?? 0) > 5);
});

test('a deleted dACL leaves the endpoint without authorization', t => {
  const lab = new TwoRoles();
  lab.bench.command({name: 'delete-dacl', dacl: 'U'});
  lab.plugIn();
  t.false(lab.switchView().sessions.some(({authorized}) => authorized));
  t.regex(lab.bench.of('access-rejected')[0]?.reason ?? '', /^11023 /);
});

test('unplugging ends the session on both sides', t => {
  const lab = new TwoRoles();
  lab.plugIn();
  lab.toSwitch({kind: 'link', port: 'fa0-12', up: false});
  lab.deliver();
  t.deepEqual(lab.bench.view().sessions, []);
  t.is(lab.bench.of('session-removed').at(-1)?.cause, 'accounting-stop');
});

/** Switch and policy node with nothing between them: what one sends is there at once. */
class TwoRoles {
  readonly bench: PsnBench;
  readonly #nad: Nad;
  readonly #toSwitch: NadInput[] = [];
  #delivered = 0;
  #generation = 0;

  constructor(bench = new PsnBench()) {
    this.bench = bench;
    this.#nad = new Nad(switchSettings(), predictable(7));
    this.toSwitch({kind: 'start'});
    this.toSwitch({kind: 'link', port: 'fa0-12', up: true});
    this.deliver();
  }

  /** A frame of the endpoint, at the latest now. */
  plugIn(): void {
    this.toSwitch({kind: 'frame', port: 'fa0-12', mac, address: endpointAddress});
    this.deliver();
  }

  toSwitch(input: NadInput): void {
    this.#toSwitch.push(input);
  }

  /** Until nobody has anything more to say at this instant, and for two seconds of lab time after it. */
  deliver(): void {
    const endMs = this.bench.nowMs + 2000;
    for (;;) {
      this.#carryPsn();
      const input = this.#toSwitch.shift();
      if (input !== undefined) this.#handle(input);
      else if (!this.#sleep(endMs)) return;
    }
  }

  switchView(): NadView {
    for (const effect of this.#nad.handle({kind: 'command', id: 'v', command: {name: 'view'}}, this.bench.nowMs)) {
      if (effect.kind === 'reply') return effect.result as NadView;
    }
    throw new Error('the switch has no view');
  }

  /** Time goes on to the next instant at which somebody wants to be woken. */
  #sleep(endMs: number): boolean {
    const wakeAtMs = Math.min(this.#nad.wakeAtMs() ?? Infinity, this.bench.psn.wakeAtMs() ?? Infinity);
    if (wakeAtMs > endMs) return false;
    this.bench.elapse(Math.max(0, wakeAtMs - this.bench.nowMs));
    if ((this.#nad.wakeAtMs() ?? Infinity) <= this.bench.nowMs) this.toSwitch({kind: 'wake'});
    return true;
  }

  #handle(input: NadInput): void {
    for (const effect of this.#nad.handle(input, this.bench.nowMs)) {
      if (effect.kind === 'enforce') {
        this.toSwitch({kind: 'enforced', transactionId: effect.transactionId, generation: ++this.#generation});
      } else if (effect.kind === 'send') {
        const isAnswer = effect.localPort === 1700;
        const from = {address: nasAddress, port: isAnswer ? 1700 : 1645};
        this.bench.handle({kind: 'datagram', localPort: isAnswer ? 0 : effect.to.port, from, bytes: effect.bytes});
      }
    }
  }

  #carryPsn(): void {
    for (const effect of this.bench.effects.slice(this.#delivered)) {
      if (effect.kind !== 'send') continue;
      const from = {address: settingsOf().address, port: effect.localPort === 0 ? 40_000 : effect.localPort};
      const localPort = effect.localPort === 0 ? 1700 : 0;
      this.toSwitch({kind: 'datagram', localPort, from, bytes: effect.bytes});
    }
    this.#delivered = this.bench.effects.length;
  }
}

function switchSettings(): ConstructorParameters<typeof Nad>[0] {
  const server = {name: 'psn1', address: settingsOf().address, authPort: 1812, acctPort: 1813, secret};
  return {
    ...healthySettings,
    nasAddress,
    accessPorts: [{port: 'fa0-12', interface: 'FastEthernet0/12'}],
    radiusServers: [server],
    coaClients: [{address: server.address, secret}],
    preAuthAcl: 'deny ip any any',
    labEpochMs: 1_667_996_520_000,
  };
}
