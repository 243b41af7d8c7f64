import type {CallHome, Profile} from '#protocol/agent/profile.ts';
import {formatIpv6, parseIpv6} from '#protocol/dacl/ip-address.ts';

/** One field of the profile: its XML element, what holds without it, and the way from text to value and back. */
export interface ProfileField<Value> {
  element: string;
  absent: Value;
  /** `text` is trimmed and not empty. */
  read(text: string): FieldReading<Value>;
  /** `null`: the element is left out. */
  write(value: Value): string | null;
}

export type FieldReading<Value> =
  | {kind: 'value'; value: Value; warning?: undefined}
  | {kind: 'value'; value: Value; warning: string; fix: string}
  | {kind: 'wrong'; why: string; fix: string};

/**
Ranges and defaults from domain.md 8.2 and 2.5. Ours: the defaults of fields for which it gives only the sample's value
(they are the sample's), and the upper limit of fields for which it gives no range.
*/
export const profileFields: {readonly [Name in keyof Profile]: ProfileField<Profile[Name]>} = {
  stateSyncProbeIntervalS: optionalNumber('StateSyncProbeInterval', {from: 0, to: 300, unit: 'seconds'}),
  stateSyncProbeBackupList: list('StateSyncProbeBackupList', [], readHost, host => host),
  networkTransitionDelayS: number('NetworkTransitionDelay', 3, {from: 2, to: 30, unit: 'seconds'}),
  callHomeList: list<CallHome>('CallHomeList', [], readCallHome, hostAndPort),
  serverNameRules: list('ServerNameRules', ['*'], readRule, rule => rule),
  discoveryHost: text('DiscoveryHost'),
  remediationTimerMin: number('RemediationTimer', 4, {from: 1, to: 300, unit: 'minutes'}),
  praRetransmissionTimeS: number('PRARetransmissionTime', 120, {from: 60, to: 3600, unit: 'seconds'}),
  warningTimerMin: number('WarningTimer', 0, {from: 0, to: 99_999, unit: 'minutes'}),
  enableRescanButton: flag('EnableRescanButton', true),
  enableAgentIpRefresh: flag('EnableAgentIpRefresh', false),
  vlanDetectIntervalS: vlanDetectInterval(),
  pingArp: pingArp(),
  pingMaxTimeoutS: number('PingMaxTimeout', 1, {from: 1, to: 10, unit: 'seconds'}),
  dhcpRenewDelayS: number('DhcpRenewDelay', 1, {from: 0, to: 60, unit: 'seconds'}),
  dhcpReleaseDelayS: number('DhcpReleaseDelay', 4, {from: 0, to: 60, unit: 'seconds'}),
  operateOnNonDot1XWireless: flag('OperateOnNonDot1XWireless', false),
  cwaByodProbingIntervalS: number('CwaByodProbingInterval', 10, {from: 0, to: 99_999, unit: 'seconds'}),
  signatureCheck: flag('SignatureCheck', false),
  disableUac: flag('DisableUAC', false),
  stealthWithNotification: flag('StealthWithNotification', false),
  dartCount: number('DartCount', 3, {from: 0, to: 99_999, unit: 'bundles'}),
  logFileSizeMb: number('LogFileSize', 5, {from: 0, to: 99_999, unit: 'megabytes'}),
  nonCompliantTitle: text('NonCompliantTitle'),
  nonCompliantDescriptionDetails: text('NonCompliantDescriptionDetails'),
  nonCompliantButtonText: text('NonCompliantButtonText'),
  nonCompliantButtonLink: text('NonCompliantButtonLink'),
  gracePeriodStartDescription: text('GracePeriodStartDescription'),
  gracePeriodStartDescriptionDetails: text('GracePeriodStartDescriptionDetails'),
};

/** `psn1.example.com:8443`, `[2001:db8:1::11]:8443` (RFC 3986 3.2.2). */
export function hostAndPort({host, port}: CallHome): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether a text is a DNS name or an IPv4 address, which is what a PSN calls itself here. */
export function isHostName(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9_][a-z0-9_-]{0,62}(\.[a-z0-9_-]{1,63})*$/i.test(text);
}

interface Range {
  from: number;
  to: number;
  unit: string;
}

function number(element: string, absent: number, range: Range): ProfileField<number> {
  return {element, absent, read: content => readNumber(content, range), write: String};
}

function optionalNumber(element: string, range: Range): ProfileField<number | null> {
  return {
    element,
    absent: null,
    read: content => readNumber(content, range),
    write: value => (value === null ? null : String(value)),
  };
}

function flag(element: string, absent: boolean): ProfileField<boolean> {
  return {
    element,
    absent,
    read: content =>
      content === '0' || content === '1'
        ? {kind: 'value', value: content === '1'}
        : {kind: 'wrong', why: 'which is neither 0 nor 1', fix: 'write 1 for yes, 0 for no'},
    write: value => (value ? '1' : '0'),
  };
}

function text(element: string): ProfileField<string> {
  return {element, absent: '', read: value => ({kind: 'value', value}), write: value => value};
}

/** Items are separated by commas; each is read by `readItem`. */
function list<Item>(
  element: string,
  absent: Item[],
  readItem: (content: string) => FieldReading<Item>,
  writeItem: (item: Item) => string,
): ProfileField<Item[]> {
  return {
    element,
    absent,
    read(content) {
      const items: Item[] = [];
      for (const part of content.split(',').map(piece => piece.trim())) {
        if (part === '') continue;
        const item = readItem(part);
        if (item.kind === 'wrong') return item;
        items.push(item.value);
      }
      return {kind: 'value', value: items.length === 0 ? absent : items};
    },
    write: items => items.map(writeItem).join(','),
  };
}

/** 0 or 5 to 900 seconds; 1 to 4 act as 5 (domain.md 2.5). */
function vlanDetectInterval(): ProfileField<number> {
  const field = number('VlanDetectInterval', 0, {from: 0, to: 900, unit: 'seconds'});
  return {
    ...field,
    read(content) {
      const reading = field.read(content);
      if (reading.kind === 'wrong' || reading.value === 0 || reading.value >= 5) return reading;
      return {kind: 'value', value: 5, warning: `of ${content} seconds acts as 5`, fix: 'write 0 for off, or 5 to 900'};
    },
  };
}

function pingArp(): ProfileField<Profile['pingArp']> {
  const ways = ['ping', 'arp', 'ping-then-arp'] as const;
  return {
    element: 'PingArp',
    absent: 'ping',
    read(content) {
      const value = ['0', '1', '2'].includes(content) ? ways[Number(content)] : undefined;
      const fix = 'write 0 for ping, 1 for ARP, 2 for ping and then ARP';
      return value === undefined ? {kind: 'wrong', why: 'which is not 0, 1 or 2', fix} : {kind: 'value', value};
    },
    write: value => String(ways.indexOf(value)),
  };
}

function readNumber(content: string, {from, to, unit}: Range): FieldReading<number> {
  const fix = `write a whole number of ${unit} from ${from} to ${to}`;
  if (!/^\d{1,9}$/.test(content)) return {kind: 'wrong', why: `which is not a whole number of ${unit}`, fix};
  const value = Number(content);
  if (value < from || value > to) return {kind: 'wrong', why: `which is outside ${from} to ${to} ${unit}`, fix};
  return {kind: 'value', value};
}

/** `FQDN[:port]`, or an address, of IPv6 in brackets; the port is the client provisioning portal's, 8443 by default (domain.md 4.3). */
function readCallHome(content: string): FieldReading<CallHome> {
  const [, ipv6, name, port = '8443'] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i.exec(content) ?? [];
  const host = ipv6 === undefined ? (name ?? '') : (shortest(ipv6) ?? '');
  const right = ipv6 === undefined ? isHostName(host) : host !== '';
  if (right && Number(port) >= 1 && Number(port) <= 65_535) return {kind: 'value', value: {host, port: Number(port)}};
  return {
    kind: 'wrong',
    why: `of which ${JSON.stringify(content.slice(0, 60))} is not FQDN:port`,
    fix: 'write FQDN:port,FQDN:port',
  };
}

/** An IPv6 address as certificates are read (RFC 5952); `undefined`: it is none. */
function shortest(text: string): string | undefined {
  const address = parseIpv6(text);
  return address === undefined ? undefined : formatIpv6(address);
}

function readHost(content: string): FieldReading<string> {
  const host = isHostName(content) ? content : shortest(content);
  if (host !== undefined) return {kind: 'value', value: host};
  const why = `of which ${JSON.stringify(content.slice(0, 60))} is not the name of a PSN`;
  return {kind: 'wrong', why, fix: "write FQDN,FQDN without ports: probes go to the portal's bidirectional port"};
}

function readRule(content: string): FieldReading<string> {
  if (isHostName(content.replaceAll('*', 'x'))) return {kind: 'value', value: content};
  const why = `of which ${JSON.stringify(content.slice(0, 60))} is not a name with wildcards`;
  return {kind: 'wrong', why, fix: 'write * for any PSN, or names such as *.example.com'};
}
