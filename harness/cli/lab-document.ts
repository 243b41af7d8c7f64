/** A lab at one moment, for `inspect` and `deploy`: one document, and the same for people. */

import {table} from '#harness/cli/output.ts';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {agentsOf, nodesOf, type Topology} from '#harness/topology.ts';
import type {WireDirection} from '#images/wire/contract.ts';
import type {AgentView} from '#protocol/agent/contract.ts';
import {iosAclName} from '#protocol/dacl/name.ts';
import {describeImpairment} from '#protocol/link/impairment.ts';
import type {NadView} from '#protocol/nad/contract.ts';
import type {PsnView} from '#protocol/psn/contract.ts';

export interface LabDocument {
  lab: string;
  labMs: number;
  nodes: {node: string; kind: string; address: string | null; container: string; state: string}[];
  links: Topology['links'];
  /** Directions of links that misbehave now, what makes them, and what it has carried. */
  impairments: WireDirection[];
  sessions: NadView['sessions'];
  dacls: {acl: string; bindings: {port: string; address: string | null}[]}[];
  agents: (AgentView & {node: string})[];
  psns: Pick<PsnView, 'name' | 'sessions' | 'counters'>[];
  alarms: PsnView['alarms'];
}

export async function labDocument(lab: ContainerLab): Promise<LabDocument> {
  const nodes = await Promise.all(
    Object.entries(lab.topology.nodes).map(async ([node, declared]) => {
      const {kind} = declared;
      const address = declared.kind === 'desk-switch' ? null : declared.address;
      const {Id, State} = await lab.containerOf(node).inspect();
      return {node, kind, address, container: Id.slice(0, 12), state: State.Status};
    }),
  );
  const up = (name: string) => nodes.some(({node, state}) => node === name && state === 'running');
  const psns = await Promise.all(
    nodesOf(lab.topology, 'psn')
      .filter(([name]) => up(name))
      .map(([name]) => psnOf(lab, name).view()),
  );
  const agents = await Promise.all(
    agentsOf(lab.topology)
      .filter(([name]) => up(name))
      .map(async ([name]) => ({node: name, ...(await endpointOf(lab, name).view())})),
  );
  const nad = await nadOf(lab).view();
  return {
    lab: lab.name,
    labMs: Math.round(lab.nowMs()),
    nodes,
    links: lab.topology.links,
    impairments: (await lab.wire())?.directions ?? [],
    sessions: nad.sessions,
    dacls: nad.acls.map(({name}) => ({
      acl: name,
      bindings: nad.bindings.filter(binding => binding.acl === name).map(({port, address}) => ({port, address})),
    })),
    agents,
    psns: psns.map(({name, sessions, counters}) => ({name, sessions, counters})),
    alarms: psns.flatMap(psn => psn.alarms).sort((a, b) => a.loggedAtMs - b.loggedAtMs),
  };
}

export function impairmentText({link, from, method, impairment, overrun}: WireDirection): string {
  const lost = overrun === 0 ? '' : `, and was too slow for ${overrun} frames, which are lost`;
  return `${link}, from ${from}: ${describeImpairment(impairment)} (${method}${lost})`;
}

export function labText(document: LabDocument): string {
  const sections = [
    `Lab ${document.lab}, ${(document.labMs / 1000).toFixed(1)} s old`,
    table(
      ['node', 'kind', 'address', 'container', 'state'],
      document.nodes.map(({node, kind, address, container, state}) => [node, kind, address ?? '-', container, state]),
    ),
    [
      ...document.links.map(({ends}) => `  ${ends.join(' ── ')}`),
      ...document.impairments.map(impaired => `  ${impairmentText(impaired)}`),
    ].join('\n'),
    table(
      ['port', 'mac', 'address', 'session', 'status', 'dacl'],
      document.sessions.map(session => [
        session.port,
        session.mac,
        session.address ?? 'Unknown',
        session.sessionId,
        session.authorized ? 'Authorized' : 'Unauthorized',
        session.acl === null ? '-' : iosAclName(session.acl),
      ]),
    ),
    table(
      ['agent', 'state', 'posture', 'psn', 'state sync'],
      document.agents.map(({node, state, status, psn, sync}) => [
        node,
        state,
        status,
        psn ?? '-',
        sync.latched ? 'disabled until the service restarts' : `${sync.state}, every ${sync.intervalS} s`,
      ]),
    ),
    table(
      ['psn', 'session', 'posture', 'rule', 'owner'],
      document.psns.flatMap(({name, sessions}) =>
        sessions.map(session => [name, session.sessionId, session.postureStatus, session.rule, session.owner]),
      ),
    ),
    document.alarms.length === 0
      ? 'No alarms.'
      : table(
          ['alarm', 'severity', 'node', 'details'],
          document.alarms.map(alarm => [
            alarm.alarmName,
            alarm.severity,
            alarm.iseNode,
            Object.entries(alarm.details)
              .map(([name, value]) => `${name}=${value}`)
              .join(' '),
          ]),
        ),
  ];
  return sections.join('\n\n');
}
