import type {Happening} from '#harness/field-log/happenings.ts';

/** What a log comes down to. `lines`: where it can be read. */
export interface Finding {
  code:
    | 'race'
    | 'deny-missing'
    | 'window'
    | 'sync-never-started'
    | 'latched'
    | 'restart-loop'
    | 'lost-session-found'
    | 'healthy'
    | 'nothing-to-say';
  what: string;
  advice: string;
  lines: number[];
  /** A command that plays the same in this lab, in either world. */
  reproduce: string | null;
}

const loopCount = 3;
const loopWithinMs = 600_000;

/** Every finding that the log supports, the gravest first; never none. */
export function diagnose(happenings: readonly Happening[]): Finding[] {
  const findings = [
    ...of(happenings, 'wrong-configuration').map(event => wrongConfiguration(happenings, event)),
    ...neverStarted(happenings),
    ...latched(happenings),
    ...restarts(happenings),
  ];
  if (findings.length > 0) return findings;
  return [silentRounds(happenings)];
}

function wrongConfiguration(happenings: readonly Happening[], event: Happening): Finding {
  const before = happenings.slice(0, happenings.indexOf(event));
  const begun = before.findLast(({kind}) => kind === 'status-shown' || kind === 'discovery-restarted');
  const shown = begun?.kind === 'status-shown' ? begun : undefined; // what was shown before a restart counts no more
  const since = begun === undefined ? before : before.slice(before.indexOf(begun));
  const probes = of(since, 'probe-sent');
  const answer = of(since, 'probe-answered').at(-1);
  const psn = answer?.psn ?? probes.at(-1)?.target ?? null;
  const sentAtMs = probes.at(-1)?.atMs ?? event.atMs;
  const gapS = shown === undefined ? null : Math.round((sentAtMs - shown.atMs) / 1000);
  const lines = [shown?.line, probes.at(-1)?.line, event.line].filter(line => line !== undefined);
  const wasSilentSince = probes.slice(0, -1).some(probe => isSamePsn(probe.target, psn));
  const wasSilentBefore = silentProbes(happenings).some(probe => isSamePsn(probe.target, psn));
  if (wasSilentSince) return window(psn, lines);
  if (wasSilentBefore) return race(gapS, psn, before, lines);
  return missingDeny(gapS, psn, lines);
}

function window(psn: string | null, lines: number[]): Finding {
  return {
    code: 'window',
    what: `An earlier probe of ${psn ?? 'the PSN'} since the last assessment met silence, and then one was answered: the deny was in force and went away for a while.`,
    advice:
      'Look at re-authentication (does the switch remove the old dACL before the new one is in?), at IP device tracking, and at edits of the dACL about then (domain.md 7.3 R7 to R9, 11.20 to 11.22).',
    lines,
    reproduce: 'posturelab run address-unknown --world simulated',
  };
}

function race(gapS: number | null, psn: string | null, before: readonly Happening[], lines: number[]): Finding {
  const late = gapS === null ? 'an unknown time' : `${gapS} s`;
  const delayS = of(before, 'sync-started').findLast(({delayS}) => delayS !== null)?.delayS ?? gapS ?? 3;
  const installS = (gapS ?? delayS) + 2;
  return {
    code: 'race',
    what: `The first probe of ${psn ?? 'the PSN'}, ${late} after Compliant, was answered, although others met silence: the deny is there and came too late (CSCwd58316).`,
    advice: `Set NetworkTransitionDelay above ${late}, the documented workaround is 10 s; \`posturelab race\` says how long is enough for the switch's latencies. Or make CoA, re-authentication and the dACL's download faster.`,
    lines,
    reproduce: `posturelab run dacl-late --world simulated --set nad.aclInstallDelay=${installS}s --set profile.NetworkTransitionDelay=${clampDelay(delayS)}`,
  };
}

function missingDeny(gapS: number | null, psn: string | null, lines: number[]): Finding {
  const late = gapS === null ? '' : `, ${gapS} s after Compliant,`;
  return {
    code: 'deny-missing',
    what: `A probe of ${psn ?? 'a PSN'}${late} was answered Compliant, and no probe of it in this log met silence: its deny is missing from the Compliant dACL, or is below a permit, or came later than that.`,
    advice: `Look at \`show ip access-lists interface\` on the port: \`deny tcp any host <${psn ?? 'PSN'}> eq 8449\` must stand above every permit, once for each PSN. Then restart the client's service: nothing else revives synchronization (TAC 222483).`,
    lines,
    reproduce: 'posturelab run missing-deny --world simulated',
  };
}

/** Compliant was shown, and no worker began. */
function neverStarted(happenings: readonly Happening[]): Finding[] {
  const shown = of(happenings, 'status-shown').findLast(({status}) => status === 'Compliant');
  if (shown === undefined || of(happenings, 'sync-started').length > 0) return [];
  const profile = of(happenings, 'profile').at(-1);
  const why = {
    absent: 'the client has no ISEPostureCFG.xml, so it has no interval',
    refused: 'the client refused its ISEPostureCFG.xml',
    read: 'the client read its ISEPostureCFG.xml, so StateSyncProbeInterval is absent from it or 0',
  };
  return [
    {
      code: 'sync-never-started',
      what: `The agent was Compliant and synchronization never began: ${profile === undefined ? 'the log does not say which profile it has' : why[profile.state]}.`,
      advice:
        'Look for <StateSyncProbeInterval> with a value above 0 in the file that the client has, not in the GUI of ISE; if it is not there, client provisioning did not bring it (TAC 222483).',
      lines: [profile?.line, shown.line].filter(line => line !== undefined),
      reproduce: 'posturelab run interval-absent --world simulated',
    },
  ];
}

/** After the wrong configuration the agent became Compliant again and did not synchronize. */
function latched(happenings: readonly Happening[]): Finding[] {
  const wrong = of(happenings, 'wrong-configuration').at(-1);
  if (wrong === undefined) return [];
  const after = happenings.slice(happenings.indexOf(wrong));
  const shown = of(after, 'status-shown').at(-1);
  if (shown === undefined || of(after, 'sync-started').length > 0) return [];
  return [
    {
      code: 'latched',
      what: 'Since the wrong configuration the agent was assessed again, and does not synchronize any more.',
      advice:
        "That is meant: restart the client's service. Rescan, link flap and a corrected dACL do not help (TAC 222483).",
      lines: [wrong.line, shown.line],
      reproduce: 'posturelab run missing-deny --world simulated',
    },
  ];
}

function restarts(happenings: readonly Happening[]): Finding[] {
  const all = of(happenings, 'discovery-restarted');
  if (all.length === 0) return [];
  const isLoop = all.some((event, index) => {
    const last = all[index + loopCount - 1];
    return last !== undefined && last.atMs - event.atMs <= loopWithinMs;
  });
  const lines = all.map(({line}) => line);
  if (isLoop) {
    return [
      {
        code: 'restart-loop',
        what: `Discovery was restarted ${all.length} times, ${loopCount} of them within ten minutes: the session's status is lost again and again.`,
        advice:
          'Look for PSNs that do not share sessions (Light Data Distribution off), a load balancer without stickiness, stale or phantom sessions, and re-authentications with new session ids (domain.md 11.13 to 11.17, 11.28).',
        lines,
        reproduce: 'posturelab run failover-without-replication --world simulated',
      },
    ];
  }
  return [
    {
      code: 'lost-session-found',
      what: `Synchronization found that ISE had lost or changed the session, and restarted discovery (${all.length === 1 ? 'once' : `${all.length} times`}): it did its work.`,
      advice:
        'If users are cut off until then, shorten the interval; if it happens often, ask why ISE loses sessions (domain.md 6.5).',
      lines,
      reproduce: 'posturelab run rediscovery --world simulated',
    },
  ];
}

function silentRounds(happenings: readonly Happening[]): Finding {
  const probes = silentProbes(happenings);
  if (probes.length === 0) {
    return {
      code: 'nothing-to-say',
      what: 'The log has nothing of state synchronization.',
      advice:
        'Take a log that begins before the endpoint becomes Compliant (a DART bundle has it), with the ISE posture module’s debug level.',
      lines: [],
      reproduce: null,
    };
  }
  return {
    code: 'healthy',
    what: `${probes.length} probes were sent and all met silence: the port is blocked, as it should be.`,
    advice:
      'Nothing is to be done. If ISE says Unknown at the same time, this is the blind spot of domain.md 3.10: the switch still has the Compliant dACL.',
    lines: probes.map(({line}) => line),
    reproduce: 'posturelab run sync-probing --world simulated',
  };
}

/** Probes that no answer followed before the next one. From the end, because a log may have a hundred thousand. */
function silentProbes(happenings: readonly Happening[]): (Happening & {kind: 'probe-sent'})[] {
  const silent: (Happening & {kind: 'probe-sent'})[] = [];
  let next: Happening['kind'] | undefined;
  for (const [index, event] of [...happenings.entries()].reverse()) {
    const isLast = index === happenings.length - 1; // the log ends before anybody could have answered
    if (event.kind === 'probe-sent' && !isLast && (next === 'probe-sent' || next === undefined)) silent.push(event);
    if (event.kind === 'probe-sent' || event.kind === 'probe-answered' || event.kind === 'sync-stopped')
      next = event.kind;
  }
  return silent.reverse();
}

function of<Kind extends Happening['kind']>(
  happenings: readonly Happening[],
  kind: Kind,
): (Happening & {kind: Kind})[] {
  return happenings.filter((event): event is Happening & {kind: Kind} => event.kind === kind);
}

/** Names that were cut may be anybody's. */
function isSamePsn(one: string | null, other: string | null): boolean {
  return one === null || other === null || one === other;
}

function clampDelay(delayS: number): number {
  return Math.min(30, Math.max(2, delayS));
}
