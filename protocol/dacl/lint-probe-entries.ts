import type {Ace} from '#protocol/dacl/acl.ts';
import {intersection} from '#protocol/dacl/box.ts';
import {exampleOf} from '#protocol/dacl/example-packet.ts';
import {boxOfFlow} from '#protocol/dacl/flow-box.ts';
import {protocolNumbers} from '#protocol/dacl/ios-protocols.ts';
import {formatIpv4, formatIpv6, parseIpv4, parseIpv6} from '#protocol/dacl/ip-address.ts';
import type {Linted} from '#protocol/dacl/lint.ts';
import {nameOf, placeOf} from '#protocol/dacl/lint-place.ts';
import {asksForPort} from '#protocol/dacl/lint-probe.ts';
import type {AclProblem} from '#protocol/dacl/problem.ts';

/** Entries about the probe that miss it: another port, another address, or a permit for more than the PSNs. */
export function checkProbeEntries(linted: Linted): AclProblem[] {
  const psns = new Set(linted.psns.map(canonical));
  return linted.acl.entries.flatMap(ace => {
    if (ace.protocol !== protocolNumbers.tcp || ace.destinationPort === undefined) return [];
    const host = ace.destination.kind === 'host' ? ace.destination.address : undefined;
    if (ace.action === 'permit') return host === undefined ? tooWide(ace, linted) : [];
    if (host === undefined || psns.size === 0) return [];
    return psns.has(host) ? wrongPort(ace, host, linted) : noPsn(ace, host, linted);
  });
}

/** As the parser writes addresses. */
function canonical(address: string): string {
  const ipv4 = parseIpv4(address);
  if (ipv4 !== undefined) return formatIpv4(ipv4);
  const ipv6 = parseIpv6(address);
  return ipv6 === undefined ? address : formatIpv6(ipv6);
}

function wrongPort(ace: Ace, psn: string, linted: Linted): AclProblem[] {
  const {port, acl, state} = linted;
  const {destinationPort} = ace;
  if (state !== 'compliant' || destinationPort?.operator !== 'eq' || destinationPort.values.includes(port)) return [];
  const isDenied = acl.entries.some(
    other =>
      other.action === 'deny' &&
      other.destination.kind === 'host' &&
      other.destination.address === psn &&
      asksForPort(other.destinationPort, port),
  );
  if (isDenied) return [];
  return [
    {
      severity: 'warning',
      code: 'deny-wrong-port',
      ...placeOf(ace, linted),
      message: `${nameOf(ace, linted)} denies PSN ${psn} on another port than the probe's, which is ${port} (the portal's bidirectional port).`,
      fix: `Write \`eq ${port}\`, or say with \`--port\` which port the portal has.`,
      ...exampleFor(ace, linted),
    },
  ];
}

function noPsn(ace: Ace, host: string, linted: Linted): AclProblem[] {
  const {port} = linted;
  if (!asksForPort(ace.destinationPort, port)) return [];
  return [
    {
      severity: 'warning',
      code: 'deny-no-psn',
      ...placeOf(ace, linted),
      message: `${nameOf(ace, linted)} denies the probe port to ${host}, which is none of the PSNs named (${linted.psns.join(', ')}).`,
      fix: 'Correct the address, name it with `--psn` if it is a PSN, or remove the entry.',
      ...exampleFor(ace, linted),
    },
  ];
}

/** Permits that speak of TCP ports, the probe's among them, and not of a host. */
function tooWide(ace: Ace, linted: Linted): AclProblem[] {
  const {acl, port, psns, boxes} = linted;
  const probe = boxOfFlow({protocol: 'tcp', destinationPort: port}, acl.family);
  const [example] = boxes.of(ace).flatMap(box => intersection(box, probe) ?? []);
  if (example === undefined || isNearlyEvery(ace)) return [];
  const hosts = psns.length > 0 ? psns.join(' and ') : 'the PSNs';
  return [
    {
      severity: 'warning',
      code: 'probe-port-open',
      ...placeOf(ace, linted),
      message: `${nameOf(ace, linted)} opens the probe port TCP ${port} to more than ${hosts}.`,
      fix: `Write an entry for each PSN: \`permit tcp any host ${psns[0] ?? '<PSN>'} eq ${port}\`.`,
      packet: exampleOf(example, acl.family),
    },
  ];
}

/** Such as `gt 1023` or `neq 25`: it is about something else than this port. */
function isNearlyEvery({destinationPort}: Ace): boolean {
  const operator = destinationPort?.operator;
  return operator === 'neq' || operator === 'gt' || operator === 'lt';
}

function exampleFor(ace: Ace, {acl, boxes}: Linted): Pick<AclProblem, 'packet'> {
  const [box] = boxes.of(ace);
  return box ? {packet: exampleOf(box, acl.family)} : {};
}
