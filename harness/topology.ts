/**
A lab as its author declares it: nodes, links, addresses. Plain data, checked before anything is started.

Names end up as container and interface names and in the linker's script, so the schema lets nothing through that is not
letters, digits and hyphens, or a number or address in its canonical form.
*/
import * as v from 'valibot';
import {impairmentFields, impairmentProblem} from '#harness/declared-impairment.ts';
import {deskSwitchProblems} from '#harness/desk-switch.ts';
import {readEnd} from '#harness/link-end.ts';
import {formatIpv6, parseIpv4, parseIpv6} from '#protocol/dacl/ip-address.ts';
import {hostModes} from '#protocol/nad/host-mode.ts';

const name = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower-case letters, digits and hyphens, starting with a letter'),
);
const interfaceName = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{0,14}$/, 'an interface name of at most 15 letters, digits and hyphens'),
);
const ipv4 = v.pipe(v.string(), v.ipv4('an IPv4 address'));
const ipv4WithLength = v.pipe(
  v.string(),
  v.regex(
    /^\d+\.\d+\.\d+\.\d+\/([89]|[12]\d|30)$/,
    'an IPv4 address with a prefix length of 8 to 30, such as 10.10.1.11/24',
  ),
  v.check(text => v.is(ipv4, text.split('/')[0]), 'an IPv4 address with a prefix length'),
);
/** In the one way of writing that RFC 5952 leaves, so that two that are the same look the same. */
const ipv6 = v.pipe(
  v.string(),
  v.check(isCanonicalIpv6, 'an IPv6 address in its shortest form (RFC 5952), such as 2001:db8:1::11'),
);
const ipv6With64 = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f:]+\/64$/, 'an IPv6 address with the prefix length 64, such as 2001:db8:1::11/64'),
  v.check(text => isCanonicalIpv6(text.slice(0, -'/64'.length)), 'an IPv6 address in its shortest form (RFC 5952)'),
);
const mac = v.pipe(
  v.string(),
  v.regex(/^([0-9A-F]{2}:){5}[0-9A-F]{2}$/, 'a MAC address such as 00:50:56:A8:BE:02, upper case'),
);
const fact = v.union([v.string(), v.number(), v.boolean()], 'text, a number, true or false');

const endpointNode = v.strictObject({
  kind: v.literal('endpoint'),
  mac,
  address: ipv4WithLength,
  gateway: ipv4,
  /** It asks the switch's DHCP server for its address and gateway; `address` is the one that is reserved there for its MAC. */
  dhcp: v.optional(v.boolean()),
  /** It makes itself an address of the prefix that the switch advertises. */
  ipv6: v.optional(v.literal('slaac')),
  facts: v.optional(v.record(v.string(), fact)),
  /** An IP phone: it has neither agent nor supplicant, and the policy nodes have its MAC in the identity group Cisco-IP-Phone. */
  phone: v.optional(v.boolean()),
});

const nadNode = v.strictObject({
  kind: v.literal('nad'),
  /** NAS-IP-Address and the endpoints' gateway: the address of the access ports' VLAN interface. */
  address: ipv4WithLength,
  /** Routed ports, by interface name. Every other port of the node is an access port. */
  routed: v.record(interfaceName, ipv4WithLength),
  /** With IPv6: of the VLAN interface, whose prefix the switch advertises, and of the routed ports. */
  ipv6Address: v.optional(ipv6With64),
  routedIpv6: v.optional(v.record(interfaceName, ipv6With64)),
  /** `authentication host-mode` of access ports that have another than the rest. */
  hostModes: v.optional(v.record(interfaceName, v.picklist(hostModes, `one of ${hostModes.join(', ')}`))),
  /** RADIUS servers, in the order in which they are tried. */
  radiusServers: v.pipe(v.array(name), v.minLength(1, 'at least one PSN')),
});

const psnNode = v.strictObject({
  kind: v.literal('psn'),
  address: ipv4WithLength,
  gateway: ipv4,
  ipv6Address: v.optional(ipv6With64),
  ipv6Gateway: v.optional(ipv6),
});

/**
An unmanaged switch on a desk, or the one in a phone: the hosts at it share the access port that it is cabled to. A host that leaves it does
not take the port's carrier along; a port that is shut leaves the hosts theirs, because an unmanaged switch tells nobody.
*/
const deskSwitchNode = v.strictObject({
  kind: v.literal('desk-switch'),
  /** It has its power from the port (PoE), as a phone's does: while that is down it is dark, and its hosts have no carrier either. */
  poe: v.optional(v.boolean()),
});

const end = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{0,30}:[a-z][a-z0-9-]{0,14}$/, 'NODE:INTERFACE, such as nad:fa0-12'),
);

const topologySchema = v.strictObject({
  name,
  nodes: v.record(
    name,
    v.variant(
      'kind',
      [endpointNode, nadNode, psnNode, deskSwitchNode],
      'a node of kind endpoint, nad, psn or desk-switch',
    ),
  ),
  links: v.array(
    v.strictObject({
      ends: v.tuple([end, end], 'two ends, NODE:INTERFACE each'),
      /** How the link misbehaves from the start: as if each were said with `posturelab impair`, in this order. */
      impairments: v.optional(v.array(v.strictObject({...impairmentFields, from: v.optional(name)}))),
    }),
  ),
});

export type Topology = v.InferOutput<typeof topologySchema>;
export type TopologyNode = Topology['nodes'][string];
export type NodeOfKind<Kind extends TopologyNode['kind']> = Extract<TopologyNode, {kind: Kind}>;

/** A topology cannot be used. Every problem is in `problems`, each with the field and what was expected there. */
export class TopologyError extends Error {
  override readonly name = 'TopologyError';
  readonly problems: string[];

  constructor(where: string, problems: string[]) {
    super(`${where} is no usable topology:\n${problems.map(problem => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** Checks declared data. `where` is named in the error: a file, or the name of a topology of ours. Throws `TopologyError`. */
export function checkTopology(where: string, declared: unknown): Topology {
  const result = v.safeParse(topologySchema, declared);
  if (!result.success) throw new TopologyError(where, result.issues.map(describeIssue));
  const problems = inconsistencies(result.output);
  if (problems.length > 0) throw new TopologyError(where, problems);
  return result.output;
}

/** The nodes of one kind, with their names, in the order of declaration. */
export function nodesOf<Kind extends TopologyNode['kind']>(
  topology: Topology,
  kind: Kind,
): [string, NodeOfKind<Kind>][] {
  return Object.entries(topology.nodes).filter((entry): entry is [string, NodeOfKind<Kind>] => entry[1].kind === kind);
}

/** The endpoints that have an agent: those that are no phones. */
export function agentsOf(topology: Topology): [string, NodeOfKind<'endpoint'>][] {
  return nodesOf(topology, 'endpoint').filter(([, {phone}]) => phone !== true);
}

/** The name of a node's access ports (those a link leads to and that are not routed), in the order of the links. */
export function accessPorts(topology: Topology, nad: string): string[] {
  const declared = topology.nodes[nad];
  const routed = declared?.kind === 'nad' ? declared.routed : {};
  return topology.links
    .flatMap(link => link.ends.map(readEnd))
    .filter(side => side.node === nad && !Object.hasOwn(routed, side.interface))
    .map(side => side.interface);
}

/** MAC and addresses of its own. */
function identifiersOf(node: TopologyNode): string[] {
  if (node.kind === 'desk-switch') return [];
  if (node.kind === 'endpoint') return [node.mac, node.address];
  const routed = node.kind === 'nad' ? Object.values(node.routedIpv6 ?? {}) : [];
  return [node.address, ...(node.ipv6Address === undefined ? [] : [node.ipv6Address]), ...routed];
}

function isCanonicalIpv6(text: string): boolean {
  const address = parseIpv6(text);
  return address !== undefined && formatIpv6(address) === text;
}

function describeIssue(issue: v.BaseIssue<unknown>): string {
  const field = v.getDotPath(issue) ?? 'the topology';
  const received = issue.received === 'undefined' ? 'nothing' : issue.received;
  return `${field}: expected ${issue.expected ?? issue.message}${issue.expected ? ` (${issue.message})` : ''}, got ${received}`;
}

function inconsistencies(topology: Topology): string[] {
  const problems: string[] = [];
  const nads = nodesOf(topology, 'nad');
  if (nads.length !== 1) problems.push(`nodes: expected exactly one node of kind nad, got ${nads.length}`);
  if (nodesOf(topology, 'psn').length === 0) problems.push('nodes: expected at least one node of kind psn, got none');
  if (agentsOf(topology).length === 0)
    problems.push('nodes: expected at least one node of kind endpoint that is no phone, got none');

  const seen = new Set<string>();
  topology.links.forEach((link, index) => {
    for (const text of link.ends) {
      if (!Object.hasOwn(topology.nodes, readEnd(text).node)) {
        problems.push(`links.${index}.ends: expected the name of a node before the colon, got ${text}`);
      }
      if (seen.has(text)) problems.push(`links.${index}.ends: ${text} already has a link; an interface has one`);
      seen.add(text);
    }
    link.impairments?.forEach(({from, ...impairment}, place) => {
      const field = `links.${index}.impairments.${place}`;
      const problem = impairmentProblem(impairment);
      if (problem !== undefined) problems.push(`${field}.${problem}`);
      if (from !== undefined && !link.ends.some(text => readEnd(text).node === from))
        problems.push(`${field}.from: expected a node at one end of the link, got ${from}`);
    });
  });
  for (const [nadName, nad] of nads) {
    for (const server of nad.radiusServers) {
      if (topology.nodes[server]?.kind !== 'psn') {
        problems.push(`nodes.${nadName}.radiusServers: expected names of nodes of kind psn, got ${server}`);
      }
    }
    const access = accessPorts(topology, nadName);
    for (const port of Object.keys(nad.hostModes ?? {}).filter(port => !access.includes(port)))
      problems.push(`nodes.${nadName}.hostModes: expected access ports (${access.join(', ')}), got ${port}`);
    for (const port of Object.keys(nad.routed)) {
      if (!seen.has(`${nadName}:${port}`))
        problems.push(`nodes.${nadName}.routed: no link leads to ${nadName}:${port}`);
    }
  }
  for (const [node, declared] of Object.entries(topology.nodes)) {
    const hasEth0 = declared.kind === 'endpoint' || declared.kind === 'psn';
    if (hasEth0 && !seen.has(`${node}:eth0`)) problems.push(`links: no link leads to ${node}:eth0`);
  }
  return [
    ...problems,
    ...deskSwitchProblems(topology),
    ...ipv6Problems(topology),
    ...repeated(topology),
    ...outsideOfDhcp(topology),
  ];
}

/** The switch's DHCP server is on the access VLAN, and gives itself for a gateway. */
function outsideOfDhcp(topology: Topology): string[] {
  const [nad] = nodesOf(topology, 'nad').map(([, node]) => node.address);
  return nodesOf(topology, 'endpoint')
    .filter(([, {dhcp}]) => dhcp === true && nad !== undefined)
    .flatMap(([name, {address, gateway}]) => [
      ...(networkOf(address) === networkOf(nad ?? '')
        ? []
        : [
            `nodes.${name}.address: expected an address of the switch's network ${nad}, from where DHCP gives it, got ${address}`,
          ]),
      ...(gateway === nad?.split('/')[0]
        ? []
        : [`nodes.${name}.gateway: expected the switch's ${nad?.split('/')[0]}, which DHCP names, got ${gateway}`]),
    ]);
}

/** Address and length of the network that an address is in. */
function networkOf(addressWithLength: string): string {
  const [address = '', length = ''] = addressWithLength.split('/');
  const size = 2 ** (32 - Number(length));
  return `${Math.floor((parseIpv4(address) ?? 0) / size)}/${length}`;
}

/** Who has IPv6 needs somebody to have it from. */
function ipv6Problems(topology: Topology): string[] {
  const [[nadName, nad] = []] = nodesOf(topology, 'nad');
  const problems: string[] = [];
  for (const [node, declared] of Object.entries(topology.nodes)) {
    const field = `nodes.${node}`;
    if (declared.kind === 'endpoint' && declared.ipv6 !== undefined && nad?.ipv6Address === undefined)
      problems.push(`${field}.ipv6: expected nodes.${nadName}.ipv6Address, whose prefix is advertised; got nothing`);
    if (declared.kind === 'psn' && (declared.ipv6Address === undefined) !== (declared.ipv6Gateway === undefined))
      problems.push(`${field}: expected ipv6Address and ipv6Gateway both, or neither`);
    if (declared.kind !== 'nad') continue;
    const routed = Object.keys(declared.routedIpv6 ?? {});
    if (routed.length > 0 && declared.ipv6Address === undefined)
      problems.push(`${field}.routedIpv6: expected ${field}.ipv6Address too, got nothing`);
    for (const port of routed) {
      if (!Object.hasOwn(declared.routed, port))
        problems.push(`${field}.routedIpv6: expected one of ${Object.keys(declared.routed).join(', ')}, got ${port}`);
    }
  }
  return problems;
}

function repeated(topology: Topology): string[] {
  const owners = new Map<string, string>();
  const problems: string[] = [];
  for (const [node, declared] of Object.entries(topology.nodes)) {
    for (const value of identifiersOf(declared).map(text => text.split('/')[0] ?? text)) {
      const other = owners.get(value);
      if (other) problems.push(`nodes.${node}: ${value} is also given to ${other}`);
      owners.set(value, node);
    }
  }
  return problems;
}
