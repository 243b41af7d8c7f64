import type {Ace, Acl, PortMatch} from '#protocol/dacl/acl.ts';
import {type Decision, decisionsFor} from '#protocol/dacl/decisions.ts';
import {exampleOf} from '#protocol/dacl/example-packet.ts';
import {boxOfFlow} from '#protocol/dacl/flow-box.ts';
import {protocolNumbers} from '#protocol/dacl/ios-protocols.ts';
import type {Linted} from '#protocol/dacl/lint.ts';
import {insertedFirst, nameOf, placeOf} from '#protocol/dacl/lint-place.ts';
import type {AclProblem} from '#protocol/dacl/problem.ts';

/**
For each PSN: is the probe denied before anything permits it (TAC 222483; domain.md 8.4, 10.4)? Without PSNs, for those that the
list names itself, and whether it names any.
*/
export function checkProbe(linted: Linted): AclProblem[] {
  const psns = linted.psns.length > 0 ? linted.psns : probedHosts(linted.acl, linted.port);
  const problems = psns.flatMap(psn => checkPsn(psn, linted));
  return psns.length > 0 ? problems : checkAnyPsn(linted);
}

/** Whether an entry speaks of one TCP port among others. */
export function asksForPort(match: PortMatch | undefined, port: number): boolean {
  return match?.operator === 'eq' && match.values.includes(port);
}

/** Hosts to which entries deny the port by name. */
export function probedHosts({entries}: Acl, port: number): string[] {
  const hosts = entries.flatMap(({action, protocol, destination, destinationPort}) =>
    action === 'deny' &&
    protocol === protocolNumbers.tcp &&
    destination.kind === 'host' &&
    asksForPort(destinationPort, port)
      ? [destination.address]
      : [],
  );
  return [...new Set(hosts)];
}

function checkPsn(psn: string, linted: Linted): AclProblem[] {
  const {acl, port} = linted;
  const probe = boxOfFlow({protocol: 'tcp', destination: psn, destinationPort: port}, acl.family);
  const permit = decisionsFor(acl, probe, linted.boxes).find(({action}) => action === 'permit');
  if (permit === undefined) return [];
  const deny = `deny tcp any host ${psn} eq ${port}`;
  const late = lateDeny(linted, {psn, permit});
  return [
    {
      severity: 'error',
      code: late ? 'probe-denied-too-late' : 'probe-not-denied',
      ...placeOf(permit.ace, linted),
      message: `PSN ${psn}: ${nameOf(permit.ace, linted)} permits the probe on TCP ${port}${
        late ? `, and ${nameOf(late, linted)} that would deny it comes after` : ' and no entry before denies it'
      }. The agent gets an answer while it is compliant, and ISE raises Posture Configuration Detection.`,
      fix: late ? `Move line ${late.line} above line ${permit.ace?.line}.` : `Write \`${deny}\` at the top.`,
      packet: exampleOf(permit.example, acl.family),
      ...insertedFirst(linted, [deny]),
    },
  ];
}

/** The entry behind the permit that denies the probe, had it come first. */
function lateDeny({acl, port, boxes}: Linted, {psn, permit}: {psn: string; permit: Decision}): Ace | undefined {
  const after = permit.ace ? acl.entries.slice(acl.entries.indexOf(permit.ace) + 1) : [];
  const probe = boxOfFlow({protocol: 'tcp', destination: psn, destinationPort: port}, acl.family);
  const [first] = decisionsFor({...acl, entries: after}, probe, boxes);
  return first?.action === 'deny' ? (first.ace ?? undefined) : undefined;
}

function checkAnyPsn(linted: Linted): AclProblem[] {
  const {acl, port} = linted;
  const decisions = decisionsFor(acl, boxOfFlow({protocol: 'tcp', destinationPort: port}, acl.family), linted.boxes);
  const permit = decisions.find(({action}) => action === 'permit');
  if (permit === undefined) return [];
  return [
    {
      severity: 'warning',
      code: 'no-probe-deny',
      ...placeOf(permit.ace, linted),
      message: `No entry denies TCP ${port} to a PSN, and ${nameOf(permit.ace, linted)} permits it. If this is the list for compliant endpoints, ISE will raise Posture Configuration Detection.`,
      fix: `Name the PSNs with \`--psn\`, and write \`deny tcp any host <PSN> eq ${port}\` at the top for each.`,
      packet: exampleOf(permit.example, acl.family),
    },
  ];
}
