// From what the kernel has to what the switch wants: one new ACL at a time, nothing half done (design.md 3, domain.md 7.3 R7).
import test from 'ava';
import type {Acl} from '#protocol/dacl/acl.ts';
import {bindingKey, type Enforcement, EnforcementLedger} from '#protocol/nad/enforcement-ledger.ts';

/** `{a: 'X'}`: on port p, address a has ACL X. */
function wanted(bound: Record<string, string>, more: string[] = []): Enforcement {
  const names = [...new Set([...more, ...Object.values(bound)])];
  const acl = (name: string): Acl => ({name, family: 'ipv4', entries: []});
  return {
    acls: new Map(names.map(name => [name, acl(name)])),
    bindings: new Map(
      Object.entries(bound).map(([address, name]) => [
        bindingKey('p', address),
        {port: 'p', address, acl: name, sessionId: `session of ${address}`},
      ]),
    ),
    redirects: new Map(),
  };
}

function reach(ledger: EnforcementLedger, desired: Enforcement): string[][] {
  const transactions: string[][] = [];
  for (let next = ledger.next(desired, 0); next !== undefined; next = ledger.next(desired, 0)) {
    transactions.push(
      next.changes.map(change =>
        change.kind === 'install-acl'
          ? `install ${change.acl.name}`
          : change.kind === 'remove-acl'
            ? `remove ${change.name}`
            : change.kind === 'bind'
              ? `bind ${change.address} to ${change.acl}`
              : `unbind ${change.address}`,
      ),
    );
    ledger.enforced(next.transactionId, transactions.length);
  }
  return transactions;
}

test('one host changes its ACL in one transaction', t => {
  const ledger = new EnforcementLedger();
  reach(ledger, wanted({a: 'X'}));

  t.deepEqual(reach(ledger, wanted({a: 'Y'})), [['install Y', 'bind a to Y', 'remove X']]);
});

test('two new ACLs come in two transactions; who waits for the second keeps what he has', t => {
  const ledger = new EnforcementLedger();
  reach(ledger, wanted({a: 'X', b: 'X'}));

  t.deepEqual(reach(ledger, wanted({a: 'Y', b: 'Z'})), [
    ['install Y', 'bind a to Y'],
    ['install Z', 'bind b to Z', 'remove X'],
  ]);
});

test('an ACL without a host is installed and kept', t => {
  const ledger = new EnforcementLedger();

  t.deepEqual(reach(ledger, wanted({}, ['X'])), [['install X']]);
  t.deepEqual(reach(ledger, wanted({a: 'X'})), [['bind a to X']]);
});

test('while a transaction is under way there is no other', t => {
  const ledger = new EnforcementLedger();
  const first = ledger.next(wanted({a: 'X'}), 0);

  t.is(ledger.next(wanted({a: 'Y'}), 0), undefined);
  ledger.enforced(first?.transactionId ?? '', 1);
  t.deepEqual(reach(ledger, wanted({a: 'Y'})), [['install Y', 'bind a to Y', 'remove X']]);
});

test('a refused transaction leaves what was there, and names the ACL to blame', t => {
  const ledger = new EnforcementLedger();
  reach(ledger, wanted({a: 'X'}));
  const refused = ledger.next(wanted({a: 'Y'}), 0);

  t.deepEqual(ledger.failed(refused?.transactionId ?? ''), {acl: 'Y'});
  t.deepEqual(
    ledger.bindings().map(binding => binding.acl),
    ['X'],
  );
});

test('a change of owner alone is nothing for the kernel', t => {
  const ledger = new EnforcementLedger();
  reach(ledger, wanted({a: 'X'}));
  const desired = wanted({a: 'X'});
  desired.bindings.set(bindingKey('p', 'a'), {port: 'p', address: 'a', acl: 'X', sessionId: 'another'});

  t.deepEqual(reach(ledger, desired), []);
  t.is(ledger.bindingsOf('another')[0]?.acl, 'X');
});

test('an answer to a transaction of somebody else changes nothing', t => {
  const ledger = new EnforcementLedger();
  ledger.next(wanted({a: 'X'}), 0);

  t.is(ledger.enforced('t99', 1), undefined);
  t.is(ledger.failed('t99'), undefined);
});

test('what a transaction under way takes away is not in force any more, nor is what it brings', t => {
  const ledger = new EnforcementLedger();
  reach(ledger, wanted({a: 'X'}));
  const [x, y] = ['X', 'Y'].map(acl => ({port: 'p', address: 'a', acl, sessionId: 'the next session of a'}));
  if (!x || !y) return t.fail();
  const change = ledger.next(wanted({a: 'Y'}), 0);

  t.deepEqual(
    [ledger.holds(x), ledger.holdsAcl('X'), ledger.holds(y), ledger.holdsAcl('Y')],
    [false, false, false, false],
  );
  ledger.enforced(change?.transactionId ?? '', 2);
  t.deepEqual([ledger.holds(x), ledger.holds(y)], [false, true]);

  const other = ledger.next(wanted({}), 0);
  t.false(ledger.holds(y));
  ledger.failed(other?.transactionId ?? '');
  t.true(ledger.holds(y), 'a transaction that is refused takes nothing away');
});
