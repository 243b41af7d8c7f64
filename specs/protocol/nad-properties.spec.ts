// What holds for the switch after anything at all: bytes from strangers, hosts that come and go, PSNs and kernels that fail.
import test from 'ava';
import fc from 'fast-check';
import type {EnforcementChange, NadStep} from '#protocol/nad/contract.ts';
import {number} from '#protocol/radius/attributes.ts';
import {acceptWith, compliantAcl, NadRig, type Psn, port, psn1, unknownAcl} from '#specs/protocol/nad-rig.ts';

const garbageSeed = 1812;
test(`arbitrary bytes on any port never throw and never change what holds, seed ${garbageSeed}`, t => {
  const rig = NadRig.authorized();
  const before = JSON.stringify([rig.view.sessions, rig.view.bindings, rig.view.ports]);
  const wakeAtMs = rig.nad.wakeAtMs();
  fc.assert(
    fc.property(
      fc.uint8Array({maxLength: 300}),
      fc.constantFrom(psn1, '10.9.9.9'),
      fc.constantFrom(0, 1700),
      (bytes, address, localPort) => {
        rig.datagram(bytes, {address, port: localPort === 0 ? 1812 : 40_000}, localPort);
      },
    ),
    {seed: garbageSeed, numRuns: 500},
  );

  t.is(JSON.stringify([rig.view.sessions, rig.view.bindings, rig.view.ports]), before);
  t.is(rig.nad.wakeAtMs(), wakeAtMs);
});

const flipSeed = 1700;
test(`a CoA-Request with any one bit changed is met with silence, seed ${flipSeed}`, t => {
  const rig = NadRig.authorized();
  rig.command({name: 'hold', step: 'coa'});
  const request = rig.coa([`audit-session-id=${rig.session.sessionId}`, 'subscriber:command=bounce-host-port'], {
    attributes: [number('Event-Timestamp', rig.settings.labEpochMs / 1000)],
  });
  const fresh = NadRig.authorized();
  fc.assert(
    fc.property(fc.nat(request.length * 8 - 1), bit => {
      const changed = Uint8Array.from(request);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      fresh.datagram(changed);
      return fresh.coaAnswers.length === 0 && fresh.view.sessions.length === 1;
    }),
    {seed: flipSeed, numRuns: 500},
  );
  t.is(fresh.of('coa-received').length, 0);
});

type Action =
  | {do: 'frame'; port: string; host: number; hasAddress: boolean}
  | {do: 'link'; port: string; up: boolean}
  | {do: 'coa'; command: string; session: number}
  | {do: 'disconnect'; session: number}
  | {do: 'psn'; says: keyof typeof psns}
  | {do: 'kernel'; says: 'yes' | 'no' | 'nothing'}
  | {do: 'gate'; step: NadStep; held: boolean}
  | {do: 'port'; port: string; up: boolean}
  | {do: 'advance'; ms: number};

const psns: Record<'unknown' | 'compliant' | 'open' | 'reject' | 'silence' | 'no-list', Psn> = {
  unknown: acceptWith(unknownAcl),
  compliant: acceptWith(compliantAcl),
  open: acceptWith(null),
  reject: request => ({code: request.code === 'Accounting-Request' ? 'Accounting-Response' : 'Access-Reject'}),
  silence: () => undefined,
  'no-list': acceptWith(unknownAcl, {}),
};

const ports = fc.constantFrom(port, 'fa0-13');
const anyAction: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({do: fc.constant('frame' as const), port: ports, host: fc.nat(2), hasAddress: fc.boolean()}),
  },
  fc.record({do: fc.constant('link' as const), port: ports, up: fc.boolean()}),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('coa' as const),
      command: fc.constantFrom('reauthenticate', 'reauthenticate', 'bounce-host-port', 'disable-host-port'),
      session: fc.nat(2),
    }),
  },
  fc.record({do: fc.constant('disconnect' as const), session: fc.nat(2)}),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('psn' as const),
      says: fc.constantFrom(...(Object.keys(psns) as (keyof typeof psns)[])),
    }),
  },
  fc.record({
    do: fc.constant('kernel' as const),
    says: fc.constantFrom('yes' as const, 'yes' as const, 'no' as const, 'nothing' as const),
  }),
  fc.record({
    do: fc.constant('gate' as const),
    step: fc.constantFrom<NadStep>('coa', 'reauth', 'acl-download', 'acl-install', 'ipdt'),
    held: fc.boolean(),
  }),
  fc.record({do: fc.constant('port' as const), port: ports, up: fc.boolean()}),
  {
    weight: 3,
    arbitrary: fc.record({do: fc.constant('advance' as const), ms: fc.constantFrom(1, 1000, 7000, 40_000, 130_000)}),
  },
);

const storySeed = 255;
test(`whatever happens, a binding is of a live session or the port's own, and the kernel agrees, seed ${storySeed}`, t => {
  fc.assert(
    fc.property(
      fc.array(anyAction, {maxLength: 40}),
      fc.constantFrom('notEnforced' as const, 'anySource' as const),
      fc.constantFrom('deny' as const, 'permitOpen' as const),
      (actions, ipUnknownPolicy, daclFailure) => {
        const story = new Story(NadRig.authorized({ipUnknownPolicy, daclFailure}));
        for (const action of actions) {
          story.act(action);
          story.check();
        }
        story.settle();
      },
    ),
    {seed: storySeed, numRuns: 400},
  );
  t.pass();
});

/** A switch, and a kernel that checks every transaction it is given. */
class Story {
  readonly #rig: NadRig;
  readonly #acls = new Set<string>();
  readonly #bindings = new Map<string, string>();
  #kernelSays: 'yes' | 'no' | 'nothing' = 'yes';
  #unanswered: EnforcementChange[] | undefined;

  constructor(rig: NadRig) {
    this.#rig = rig;
    for (const effect of rig.effects) if (effect.kind === 'enforce') this.#commit(effect.changes);
    rig.kernel = changes => {
      if (this.#kernelSays === 'no') return {refused: 'because'};
      if (this.#kernelSays === 'nothing') {
        this.#unanswered = changes;
        return undefined;
      }
      this.#commit(changes);
      return 'committed';
    };
  }

  act(action: Action): void {
    const rig = this.#rig;
    const sessionId = () => rig.view.sessions['session' in action ? action.session : 0]?.sessionId ?? 'FFFF';
    if (action.do === 'frame') {
      const address = action.hasAddress ? `192.168.255.${200 + action.host}` : null;
      rig.arp({port: action.port, mac: `00:50:56:A8:BE:0${action.host}`, address});
    } else if (action.do === 'link') rig.input({kind: 'link', port: action.port, up: action.up});
    else if (action.do === 'coa') rig.coa([`audit-session-id=${sessionId()}`, `subscriber:command=${action.command}`]);
    else if (action.do === 'disconnect') rig.coa([`audit-session-id=${sessionId()}`], {code: 'Disconnect-Request'});
    else if (action.do === 'psn') rig.psn = psns[action.says];
    else if (action.do === 'kernel') this.#kernel(action.says);
    else if (action.do === 'gate') rig.command({name: action.held ? 'hold' : 'release', step: action.step});
    else if (action.do === 'port') rig.command({name: 'set-port', port: action.port, up: action.up});
    else rig.advance(action.ms); // throws if the switch spins
  }

  check(): void {
    const {bindings, sessions, acls} = this.#rig.view;
    must(
      sameAs(
        bindings.map(binding => [keyOf(binding), binding.acl]),
        [...this.#bindings],
      ),
      'the view is what the kernel has',
    );
    for (const {port: on, address, acl} of bindings) {
      must(
        acls.some(({name}) => name === acl),
        `${acl} is installed`,
      );
      const isOwn = address === null && acl.startsWith('Auth-Default-ACL');
      const isPending = this.#unanswered !== undefined || this.#kernelSays !== 'yes';
      const isOfSession = sessions.some(
        session =>
          session.port === on &&
          (session.address === address || address === null) &&
          (session.assignedAcl === acl || session.authorized),
      );
      must(isOwn || isPending || isOfSession, `${acl} on ${on} for ${address} is of a live session`);
    }
  }

  /** With a willing kernel, open gates and a PSN that accepts, every host ends up with its dACL. */
  settle(): void {
    this.#kernel('yes');
    for (const step of ['coa', 'reauth', 'acl-download', 'acl-install', 'ipdt'] as const)
      this.#rig.command({name: 'release', step});
    this.#rig.psn = psns.compliant;
    for (const each of [port, 'fa0-13']) {
      this.#rig.command({name: 'set-port', port: each, up: true});
      this.#rig.command({name: 'clear-session', port: each});
    }
    this.#rig.advance(100_000);
    this.#rig.arp({mac: '00:50:56:A8:BE:00', address: '192.168.255.200'});
    this.#rig.advance(30_000);
    this.check();
    must(this.#rig.aclFor('192.168.255.200') === compliantAcl, 'the host has its dACL in the end');
    const {sessions} = this.#rig.view;
    must(
      sessions.some(session => session.authorized && session.acl === compliantAcl),
      'and its session says so',
    );
  }

  #kernel(says: 'yes' | 'no' | 'nothing'): void {
    this.#kernelSays = says;
    const unanswered = this.#unanswered;
    if (says === 'nothing' || unanswered === undefined) return;
    this.#unanswered = undefined;
    const transactionId = this.#rig.effects.findLast(effect => effect.kind === 'enforce')?.transactionId ?? '';
    if (says === 'yes') {
      this.#commit(unanswered);
      this.#rig.input({kind: 'enforced', transactionId, generation: 1});
    } else {
      this.#rig.input({kind: 'enforcement-failed', transactionId, message: 'because'});
    }
  }

  #commit(changes: EnforcementChange[]): void {
    for (const change of changes) {
      if (change.kind === 'install-acl') {
        must(!this.#acls.has(change.acl.name), `${change.acl.name} is not installed twice`);
        this.#acls.add(change.acl.name);
      } else if (change.kind === 'remove-acl') {
        must(
          ![...this.#bindings.values()].includes(change.name),
          `${change.name} is removed when nothing is bound to it`,
        );
        must(this.#acls.delete(change.name), `${change.name} was there to be removed`);
      } else if (change.kind === 'bind') {
        must(this.#acls.has(change.acl), `${change.acl} is there to be bound to`);
        this.#bindings.set(keyOf(change), change.acl);
      } else {
        must(this.#bindings.delete(keyOf(change)), 'what is unbound was bound');
      }
    }
  }
}

function keyOf({port: on, address}: {port: string; address: string | null}): string {
  return `${on} ${address}`;
}

function sameAs(a: string[][], b: string[][]): boolean {
  return JSON.stringify(a.map(String).sort()) === JSON.stringify(b.map(String).sort());
}

function must(holds: boolean, claim: string): void {
  if (!holds) throw new Error(`it does not hold that ${claim}`);
}
