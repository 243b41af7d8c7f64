import {AclBoxes} from '#protocol/dacl/ace-boxes.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {parseIpv4, parseIpv6} from '#protocol/dacl/ip-address.ts';
import {checkIdleEntries} from '#protocol/dacl/lint-idle.ts';
import {checkPrePosture} from '#protocol/dacl/lint-pre-posture.ts';
import {checkProbe} from '#protocol/dacl/lint-probe.ts';
import {checkProbeEntries} from '#protocol/dacl/lint-probe-entries.ts';
import {checkSize} from '#protocol/dacl/lint-size.ts';
import {checkTimeRanges} from '#protocol/dacl/lint-time-ranges.ts';
import {parseAcl} from '#protocol/dacl/parse.ts';
import type {AclProblem} from '#protocol/dacl/problem.ts';
import type {TimeRanges} from '#protocol/dacl/time-range.ts';

export interface LintOptions {
  family: Acl['family'];
  /** As IOS does before the implicit deny of an IPv6 list, unless this says no. */
  permitsNeighbourDiscovery?: boolean;
  /** Addresses of the policy nodes, of whatever family. Left out: those that the list itself denies the probe to. */
  psns?: readonly string[] | undefined;
  /** TCP port of the probe (the portal's bidirectional port). */
  port: number;
  /** When the list is in force: for a compliant endpoint, or for one whose posture is not known yet. */
  state: 'compliant' | 'pre-posture';
  /** What the switch has configured. Left out: not known. */
  timeRanges?: TimeRanges | undefined;
}

/** What the checks get: a list, its text, and for whom it is meant. */
export interface Linted extends LintOptions {
  acl: Acl;
  boxes: AclBoxes;
  lines: readonly string[];
  /** Of the list's family; empty: none was named. */
  psns: readonly string[];
}

/**
Reads a dACL and answers the questions of an administrator about it (domain.md 10.4, 11). The parser's problems are among the
answers; what the checks say is about the list as the entries without errors make it. In the order of the text.
*/
export function lintAcl(text: string, options: LintOptions): {acl: Acl; problems: AclProblem[]} {
  const {family, permitsNeighbourDiscovery = true} = options;
  const {acl, problems} = parseAcl(text, {name: 'check', family, permitsNeighbourDiscovery});
  const linted: Linted = {
    ...options,
    acl,
    boxes: new AclBoxes(acl.family),
    lines: text.split(/\r\n|\n|\r/),
    psns: psnsOf(options),
  };
  const checks = [
    ...(options.state === 'compliant' ? checkProbe(linted) : checkPrePosture(linted)),
    ...checkProbeEntries(linted),
    ...checkIdleEntries(linted),
    ...checkTimeRanges(linted),
    ...checkSize(linted),
  ];
  return {
    acl,
    problems: [...problems.map(asOnPort), ...checks].sort((a, b) => a.line - b.line || a.column - b.column),
  };
}

function psnsOf({psns = [], family}: LintOptions): string[] {
  return psns.filter(address => (family === 'ipv4' ? parseIpv4(address) : parseIpv6(address)) !== undefined);
}

/** On a port, the entry is without effect, which is worse than the parser can know (domain.md 11, 23). */
function asOnPort(problem: AclProblem): AclProblem {
  return problem.code === 'source-not-any' ? {...problem, severity: 'error'} : problem;
}
