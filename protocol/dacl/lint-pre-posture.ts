import {decisionsFor} from '#protocol/dacl/decisions.ts';
import {exampleOf} from '#protocol/dacl/example-packet.ts';
import {boxOfFlow, type Flow} from '#protocol/dacl/flow-box.ts';
import type {Linted} from '#protocol/dacl/lint.ts';
import {insertedFirst, nameOf, placeOf} from '#protocol/dacl/lint-place.ts';
import type {AclProblem} from '#protocol/dacl/problem.ts';

interface Need {
  code: string;
  what: string;
  flow: Flow;
  /** Whether it is enough that some of it passes: who answers is not known here. */
  anywhere?: boolean;
  entry: string;
}

/** What an endpoint needs before its posture is known: portal, agent and probe at each PSN, DNS, DHCP (domain.md 1.2, 11). */
export function checkPrePosture(linted: Linted): AclProblem[] {
  return needsOf(linted).flatMap(need => check(need, linted));
}

function needsOf({psns, port, family}: Linted): Need[] {
  const destinations = psns.length > 0 ? psns : [undefined];
  return [
    ...destinations.flatMap(psn => psnNeeds(psn, port)),
    {
      code: 'dns-blocked',
      what: 'DNS (UDP 53): without it the endpoint finds neither portal nor PSN',
      flow: {protocol: 'udp', destinationPort: 53},
      anywhere: true,
      entry: 'permit udp any any eq domain',
    },
    family === 'ipv4' ? dhcp : dhcpv6,
  ];
}

const dhcp: Need = {
  code: 'dhcp-blocked',
  what: 'DHCP (UDP 68 to 67): without it the endpoint gets no address, or loses it',
  flow: {protocol: 'udp', sourcePort: 68, destinationPort: 67},
  anywhere: true,
  entry: 'permit udp any eq bootpc any eq bootps',
};
const dhcpv6: Need = {
  code: 'dhcp-blocked',
  what: 'DHCPv6 (UDP 546 to 547): without it the endpoint gets no address, or loses it',
  flow: {protocol: 'udp', sourcePort: 546, destinationPort: 547},
  anywhere: true,
  entry: 'permit udp any eq 546 any eq 547',
};

/** Portal 8443; posture 8905, which the agent asks by TCP and, in older versions, by UDP; probe port. */
function psnNeeds(psn: string | undefined, port: number): Need[] {
  const to = psn === undefined ? 'a PSN' : `PSN ${psn}`;
  const need = (code: string, destinationPort: number, why: string): Need => ({
    code,
    what: `TCP ${destinationPort} to ${to}: ${why}`,
    flow: {protocol: 'tcp', ...(psn === undefined ? {} : {destination: psn}), destinationPort},
    anywhere: psn === undefined,
    entry: `permit tcp any ${psn === undefined ? 'host <PSN>' : `host ${psn}`} eq ${destinationPort}`,
  });
  return [
    need('probe-blocked', port, 'the agent never learns that ISE has lost its posture, and stays as it is'),
    need('portal-blocked', 8443, 'client provisioning and the posture portal are out of reach'),
    need('posture-blocked', 8905, 'the agent cannot report its posture'),
  ];
}

function check({code, what, flow, anywhere, entry}: Need, linted: Linted): AclProblem[] {
  const decisions = decisionsFor(linted.acl, boxOfFlow(flow, linted.acl.family), linted.boxes);
  const deny = decisions.find(({action}) => action === 'deny');
  if (deny === undefined || (anywhere && decisions.some(({action}) => action === 'permit'))) return [];
  return [
    {
      severity: 'error',
      code,
      ...placeOf(deny.ace, linted),
      message: `${nameOf(deny.ace, linted)} denies ${what}.`.replace(/^[a-z]/, first => first.toUpperCase()),
      fix: `Write \`${entry}\` ${deny.ace ? 'above it' : 'into the list'}.`,
      packet: exampleOf(deny.example, linted.acl.family),
      ...(entry.includes('<') ? {} : insertedFirst(linted, [entry])),
    },
  ];
}
