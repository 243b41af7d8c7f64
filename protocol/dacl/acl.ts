/** An access list as the switch holds it: entries in order, each with the line it came from. The implicit deny is not among them. */
export interface Acl {
  /** The name under which it is kept: for a dACL the one ISE sends, `#ACSACL#-IP-<name>-<hex8>`. */
  name: string;
  family: 'ipv4' | 'ipv6';
  entries: Ace[];
  /**
  IPv6 only: whether neighbour solicitation and advertisement pass that no entry matches, as IOS has it. Left out: they do.
  */
  permitsNeighbourDiscovery?: boolean;
}

/** One access control entry. Anything left out matches everything. */
export interface Ace {
  /** 1 for the first line of the text that it stands on. */
  line: number;
  /** As IOS numbers it, if the text gave numbers: those without get 10 more than the highest before them. */
  sequence?: number;
  action: 'permit' | 'deny';
  /** IP protocol number; `ip` (or `ipv6`) is left out. */
  protocol?: number;
  source: AddressMatch;
  destination: AddressMatch;
  sourcePort?: PortMatch;
  destinationPort?: PortMatch;
  /** `established`: the packet has ACK or RST. */
  established?: boolean;
  /** Flags that must be set or clear; `any`: one is enough (`match-any`). */
  flags?: {set: TcpFlag[]; clear: TcpFlag[]; any: boolean};
  icmp?: IcmpMatch;
  igmpType?: number;
  dscp?: number;
  precedence?: number;
  tos?: number;
  ttl?: PortMatch;
  fragments?: boolean;
  log?: 'log' | 'log-input';
  /** The name of a time range of the switch: the entry counts only while that is active (`activeAt`). */
  timeRange?: string;
}

/** Without a code: every code of the type. */
export interface IcmpMatch {
  type: number;
  code?: number;
}

export type TcpFlag = 'fin' | 'syn' | 'rst' | 'psh' | 'ack' | 'urg';

/** `any`, one host, a prefix, or an IPv4 address with a wildcard mask (1: this bit does not count). */
export type AddressMatch =
  | {kind: 'any'}
  | {kind: 'host'; address: string}
  | {kind: 'wildcard'; address: string; wildcard: string}
  | {kind: 'prefix'; address: string; length: number};

/** Numbers of a port, or of a TTL; `eq` and `neq` may list several. */
export type PortMatch =
  | {operator: 'eq' | 'neq'; values: number[]}
  | {operator: 'gt' | 'lt'; value: number}
  | {operator: 'range'; from: number; to: number};
