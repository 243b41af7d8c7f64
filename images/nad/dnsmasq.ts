import type {Reservation} from '#images/nad/settings.ts';
import {startTool} from '#images/shell/tool.ts';

export const dnsPort = 53;
/** How long a name may be remembered; seconds of whoever asks, lab time for the lab's endpoints. Ours. */
export const nameTtlS = 3600;

/** How long a lease lasts; a day, as with IOS's own server (recall). Real seconds: dnsmasq and udhcpc do not know of lab time. */
export const leaseS = 86_400;

/**
Debian's dnsmasq, as the lab's DNS and DHCP server on the switch's own address: it knows `names`, `ipv6Names` and `leases` and nothing
else. With `advertisesOn` it also advertises the switch as a router on that interface, with the prefix that the interface has (SLAAC).
Resolves when it listens; rejects if it ends before, and afterwards tells `onEnd` how it ended.

Its DHCP socket is bound to the access VLAN's interface, and so does not meet those that hostapd has on the ports: a frame that
enters a bridge belongs to the bridge's interface when UDP gets it.
*/
export async function startDnsmasq({
  address,
  names,
  ipv6Names,
  advertisesOn,
  leases,
  onEnd,
}: {
  address: string;
  names: Record<string, string>;
  ipv6Names: Record<string, string>;
  advertisesOn: string | null;
  leases: readonly Reservation[];
  onEnd: (how: string) => void;
}): Promise<Disposable> {
  const started = Promise.withResolvers<void>();
  let said = 'nothing';
  const tool = startTool(
    'sh',
    [
      ...['-c', 'exec dnsmasq "$@" 2>&1', 'dnsmasq'], // it logs to stderr
      ...['--keep-in-foreground', '--conf-file=/dev/null', '--pid-file=', '--log-facility=-'],
      ...[
        '--user=posturelab',
        '--group=posturelab',
        '--no-resolv',
        '--no-hosts',
        '--local=/#/',
        `--local-ttl=${nameTtlS}`,
      ],
      ...[`--listen-address=${address}`, '--bind-interfaces', `--port=${dnsPort}`],
      ...dhcpOptions(address, leases),
      ...Object.keys({...names, ...ipv6Names}).map(name => `--host-record=${recordOf(name, [names, ipv6Names])}`),
      ...(advertisesOn === null ? [] : advertisement(advertisesOn)),
    ],
    {
      onLine: line => {
        said = line;
        if (/ started, /.test(line)) started.resolve();
      },
      onEnd: how => {
        const why = `dnsmasq: ${how}; it said: ${said}`;
        started.reject(new Error(why));
        onEnd(why);
      },
    },
  );
  await started.promise;
  return tool;
}

/** Whoever has no reservation gets no answer. Nobody is pinged first: a reserved address has one owner. */
function dhcpOptions(address: string, leases: readonly Reservation[]): string[] {
  if (leases.length === 0) return [];
  return [
    ...['--interface=vlan255', `--dhcp-range=${address},static,${leaseS}s`, '--dhcp-authoritative', '--no-ping'],
    ...['--leasefile-ro', `--dhcp-option=option:router,${address}`, `--dhcp-option=option:dns-server,${address}`],
    ...leases.map(({mac, address: reserved}) => `--dhcp-host=${mac},${reserved}`),
  ];
}

function recordOf(name: string, tables: Record<string, string>[]): string {
  return [name, ...tables.flatMap(table => table[name] ?? [])].join(',');
}

/** `constructor`: the prefix is the interface's own; `ra-only`: no DHCPv6. */
function advertisement(port: string): string[] {
  return [`--interface=${port}`, '--enable-ra', `--dhcp-range=::,constructor:${port},ra-only`];
}
