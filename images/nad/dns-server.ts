import {startTool} from '#images/shell/tool.ts';

export const dnsPort = 53;
/** How long a name may be remembered; seconds of whoever asks, lab time for the lab's endpoints. Ours. */
export const nameTtlS = 3600;

/**
Debian's dnsmasq, as the lab's DNS server on the switch's own address: it knows `names` and nothing else. With `advertisesOn` it also
advertises the switch as a router on that interface, with the prefix that the interface has (SLAAC). Resolves when it listens; rejects if it ends before, and afterwards tells `onEnd` how it ended.
*/
export async function startDnsServer({
  address,
  names,
  ipv6Names,
  advertisesOn,
  onEnd,
}: {
  address: string;
  names: Record<string, string>;
  ipv6Names: Record<string, string>;
  advertisesOn: string | null;
  onEnd: (how: string) => void;
}): Promise<Disposable> {
  const started = Promise.withResolvers<void>();
  let lastWords = '';
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
      ...Object.entries({...names, ...ipv6Names}).map(
        ([name]) => `--host-record=${recordOf(name, [names, ipv6Names])}`,
      ),
      ...(advertisesOn === null ? [] : advertisement(advertisesOn)),
    ],
    {
      onLine: line => {
        lastWords = line;
        if (/ started, /.test(line)) started.resolve();
      },
      onEnd: how => {
        const ending = `dnsmasq: ${how}: ${lastWords}`;
        started.reject(new Error(ending));
        onEnd(ending);
      },
    },
  );
  await started.promise;
  return tool;
}

function recordOf(name: string, tables: Record<string, string>[]): string {
  return [name, ...tables.flatMap(table => table[name] ?? [])].join(',');
}

/** `constructor`: the prefix is the interface's own; `ra-only`: no DHCPv6. */
function advertisement(port: string): string[] {
  return [`--interface=${port}`, '--enable-ra', `--dhcp-range=::,constructor:${port},ra-only`];
}
