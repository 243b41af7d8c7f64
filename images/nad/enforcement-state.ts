import {knockSets} from '#images/nad/knocks.ts';
import {steering, steeringRules} from '#images/nad/steering.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {type CompiledAcl, compileAcl} from '#protocol/dacl/compile.ts';
import {familyOf, formatIpv4, formatIpv6, parseIpv4, parseIpv6} from '#protocol/dacl/ip-address.ts';
import type {EnforcementChange} from '#protocol/nad/contract.ts';
import {anyIpv6} from '#protocol/nad/host.ts';

/** What the kernel has. */
export interface EnforcementState {
  /** By name, in the order of installation. */
  acls: ReadonlyMap<string, InstalledAcl>;
  ports: ReadonlyMap<string, EnforcedPort>;
  /**
  Removed, and to be deleted by the next transaction. Until then their counters can be read; and a packet that is already in
  such a list's chain goes on as before, whose map the kernel would empty at once (rules it keeps for that long).
  */
  retired: InstalledAcl[];
  /** Whether knocks of the gap meter are counted by themselves, to be taken off what the entries have counted. */
  setsKnocksApart: boolean;
  /** Whether neighbour discovery passes that comes from an address to which nothing is bound. */
  passesDiscovery: boolean;
  /** Chains are numbered, over the lifetime of the table: nothing in the kernel carries a name from outside. */
  chainCount: number;
}

export interface InstalledAcl {
  acl: Acl;
  compiled: CompiledAcl;
}

export interface EnforcedPort {
  /** The first half of the names of its chain and maps. */
  prefix: string;
  /** ACL names by address; null: every IPv4 address that has none of its own; `anyIpv6`: every such IPv6 address. */
  bindings: ReadonlyMap<string | null, string>;
  /** Names of redirect ACLs by address. */
  redirects: ReadonlyMap<string | null, string>;
}

export const table = 'netdev posturelab';

export const emptyState: EnforcementState = {
  acls: new Map(),
  ports: new Map(),
  retired: [],
  setsKnocksApart: false,
  passesDiscovery: false,
  chainCount: 0,
};

/** The nft commands of a plan. */
export interface PlannedCommands {
  /**
  A transaction before: chains that packets are to be sent to by the next. The kernel has two generations of a chain's rules,
  and one of a new chain is empty until the commit after. A packet that began in the old generation and finds the new element
  of a map would go through no rules, and be lost (measured: one of some 100 swaps under load, linux 6.18).
  */
  preparation: string[];
  /** What takes the preparation back. */
  undo: string[];
  /** The transaction that makes the changes. */
  commands: string[];
}

/**
The state after `changes`, and the nft commands that lead there.

A new list gets new chains, also one that takes the place of another of its name: packets change over from the old to the new
by elements of maps alone, at one instant. Throws, saying which and why, if a change cannot be made.
*/
export function planChanges(
  state: EnforcementState,
  changes: readonly EnforcementChange[],
): {next: EnforcementState} & PlannedCommands {
  const changed = changes.reduce(afterChange, state);
  const next = {...changed, retired: [...state.acls.values()].filter(installed => !has(changed, installed))};
  for (const [port, {bindings, redirects}] of next.ports) {
    for (const [address, acl] of [...bindings, ...redirects]) requireBindable(next, {port, address, acl});
  }
  return {next, ...commandsBetween(state, next)};
}

/**
The state with a port, and the commands for it. If it is there already, it gets a new chain with what is bound to it: the
device that the old one was attached to may be gone, and the chain with it (which depends on the kernel). `steeringMac`: the
port's own, if redirects are to work on it.
*/
export function planPort(
  state: EnforcementState,
  port: string,
  steeringMac?: string,
): {next: EnforcementState} & PlannedCommands {
  if (!/^[\w.:@-]{1,15}$/.test(port)) throw new RangeError(`${JSON.stringify(port)} is not the name of a device.`);
  const known = state.ports.get(port);
  const prefix = known?.prefix ?? `port_${state.ports.size + 1}`;
  const ports = new Map(state.ports).set(port, known ?? {prefix, bindings: new Map(), redirects: new Map()});
  const maps = [
    `add map ${table} ${prefix}_ip { type ipv4_addr : verdict; }`,
    `add map ${table} ${prefix}_ip6 { type ipv6_addr : verdict; }`,
    `add map ${table} ${prefix}_rest { type ether_type : verdict; }`,
    ...(steeringMac === undefined ? [] : [`add map ${table} ${prefix}_redirect { type ipv4_addr : verdict; }`]),
  ];
  const removal = [`add chain ${table} ${prefix}`, `delete chain ${table} ${prefix}`];
  const chain = [
    `add chain ${table} ${prefix} { type filter hook ingress device "${port}" priority 0; policy drop; }`,
    `add rule ${table} ${prefix} meta protocol { arp, 0x888e } accept`,
    ...(steeringMac === undefined ? [] : steeringRules(prefix, steeringMac)).map(
      rule => `add rule ${table} ${prefix} ${rule}`,
    ),
    `add rule ${table} ${prefix} ip saddr vmap @${prefix}_ip`,
    `add rule ${table} ${prefix} ip6 saddr vmap @${prefix}_ip6`,
    ...(state.passesDiscovery ? [`add rule ${table} ${prefix} ${unboundDiscovery}`] : []),
    `add rule ${table} ${prefix} meta protocol vmap @${prefix}_rest`,
  ];
  return {next: {...state, ports}, preparation: [], undo: [], commands: [...(known ? removal : maps), ...chain]};
}

/** What hosts send to come to an address (RFC 4861): its senders have none yet, or one that is not known yet. */
const unboundDiscovery =
  'icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept';

function afterChange(state: EnforcementState, change: EnforcementChange): EnforcementState {
  switch (change.kind) {
    case 'install-acl': {
      const {acl} = change;
      const chainCount = state.chainCount + 1;
      const acls = new Map(state.acls);
      acls.delete(acl.name); // a list that is installed again counts as the latest
      acls.set(acl.name, {
        acl,
        compiled: compileAcl(acl, `acl_${chainCount}`, change.isForRedirect ? redirectVerdicts : undefined),
      });
      return {...state, acls, chainCount};
    }
    case 'remove-acl': {
      const acls = new Map(state.acls);
      if (!acls.delete(change.name)) throw new Error(`No ACL ${change.name} is installed: there is none to remove.`);
      return {...state, acls};
    }
    case 'bind':
      return withTable(state, 'bindings', change.port, bindings => bindings.set(canonical(change.address), change.acl));
    case 'unbind':
      return withTable(state, 'bindings', change.port, bindings => {
        if (bindings.delete(canonical(change.address))) return;
        throw new Error(`Nothing is bound to ${change.address ?? 'every address'} on ${change.port}.`);
      });
    case 'redirect':
      return withTable(state, 'redirects', change.port, redirects =>
        redirects.set(canonical(change.address), change.acl),
      );
    case 'end-redirect':
      return withTable(state, 'redirects', change.port, redirects => {
        if (redirects.delete(canonical(change.address))) return;
        throw new Error(`Nothing of ${change.address} is redirected on ${change.port}.`);
      });
  }
}

/** Permit means redirect, deny and the end of the list mean that the port's access list decides. */
const redirectVerdicts = {permit: `goto ${steering.markChain}`, deny: 'return'};

/** The state in which one of a port's tables is changed. */
function withTable(
  state: EnforcementState,
  table: 'bindings' | 'redirects',
  port: string,
  change: (names: Map<string | null, string>) => void,
): EnforcementState {
  const enforced = state.ports.get(port);
  if (enforced === undefined) throw new Error(`${port} is not a port that is enforced on: add it first.`);
  const names = new Map(enforced[table]);
  change(names);
  return {...state, ports: new Map(state.ports).set(port, {...enforced, [table]: names})};
}

function requireBindable(
  {acls}: EnforcementState,
  {port, address, acl}: {port: string; address: string | null; acl: string},
): void {
  const family = acls.get(acl)?.acl.family;
  if (family === undefined) throw new Error(`No ACL ${acl} is installed, and it is bound to ${port}.`);
  if (address !== null && family !== familyOf(address)) {
    throw new Error(`ACL ${acl} is for ${family}, and ${address} on ${port} is not.`);
  }
}

/** Chains come before the elements that go to them, and go after those. */
function commandsBetween(from: EnforcementState, to: EnforcementState): PlannedCommands {
  const added = [...to.acls.values()].filter(installed => !has(from, installed));
  const [before, after] = [elementsOf(from), elementsOf(to)];
  const commands = [
    ...[...before].filter(([key, to]) => after.get(key) !== to).map(([key]) => `delete element ${table} ${key} }`),
    ...[...after]
      .filter(([key, to]) => before.get(key) !== to)
      .map(([key, to]) => `add element ${table} ${key} : ${to} }`),
    ...from.retired.flatMap(installed => removalOf(installed, from)),
  ];
  return {
    preparation: added.flatMap(installed => additionOf(installed, to)),
    undo: added.toReversed().flatMap(installed => removalOf(installed, to)),
    commands,
  };
}

/** A map that knows its size before need not grow while it is filled. */
function additionOf(installed: InstalledAcl, state: EnforcementState): string[] {
  const {chain, chains, maps} = installed.compiled;
  const knocks = state.setsKnocksApart ? knockSets(installed) : undefined;
  return [
    ...(knocks?.add ?? []),
    ...maps.flatMap(({name, type, elements}) => [
      `add map ${table} ${name} { type ${type} : verdict; size ${elements.length}; counter; }`,
      `add element ${table} ${name} { ${elements.join(', ')} }`,
    ]),
    ...chains.flatMap(({name, rules}) => [
      `add chain ${table} ${name}`,
      ...(name === chain ? (knocks?.rules ?? []) : []),
      ...rules.map(rule => `add rule ${table} ${name} ${rule}`),
    ]),
  ];
}

/** Who refers goes before what is referred to, so last in, first out. */
function removalOf(installed: InstalledAcl, state: EnforcementState): string[] {
  const {chains, maps} = installed.compiled;
  const knocks = state.setsKnocksApart ? knockSets(installed) : undefined;
  return [
    ...chains.toReversed().map(({name}) => `delete chain ${table} ${name}`),
    ...maps.map(({name}) => `delete map ${table} ${name}`),
    ...(knocks?.remove ?? []),
  ];
}

function has(state: EnforcementState, installed: InstalledAcl): boolean {
  return state.acls.get(installed.acl.name) === installed;
}

/** Map and key, as nft wants them, to the verdict: a chain. */
function elementsOf({acls, ports}: EnforcementState): Map<string, string> {
  const elements = new Map<string, string>();
  for (const {prefix, bindings, redirects} of ports.values()) {
    for (const [address, name] of bindings) {
      const installed = acls.get(name);
      const isRest = address === null || address === anyIpv6;
      const family = address === null ? installed?.acl.family : familyOf(address);
      const suffix = family === 'ipv4' ? 'ip' : 'ip6';
      const key = isRest ? `${prefix}_rest { ${suffix}` : `${prefix}_${suffix} { ${address}`;
      const chain = installed?.compiled.chain;
      if (chain !== undefined) elements.set(key, `goto ${chain}`);
    }
    for (const [address, name] of redirects) {
      const chain = acls.get(name)?.compiled.chain;
      if (chain !== undefined) elements.set(`${prefix}_redirect { ${address}`, `jump ${chain}`);
    }
  }
  return elements;
}

function canonical(address: string | null): string | null {
  if (address === null || address === anyIpv6) return address;
  const ipv4 = parseIpv4(address);
  if (ipv4 !== undefined) return formatIpv4(ipv4);
  const ipv6 = parseIpv6(address);
  if (ipv6 !== undefined) return formatIpv6(ipv6);
  throw new RangeError(`${JSON.stringify(address)} is not an IP address.`);
}
