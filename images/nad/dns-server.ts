import {startTool} from '#images/shell/tool.ts';

export const dnsPort = 53;
/** How long a name may be remembered; seconds of whoever asks, lab time for the lab's endpoints. Ours. */
export const nameTtlS = 3600;

/**
Debian's dnsmasq, as the lab's DNS server on the switch's own address: it knows `names` and nothing else. Resolves when it listens;
rejects if it ends before, and afterwards tells `onEnd` how it ended.
*/
export async function startDnsServer({
  address,
  names,
  onEnd,
}: {
  address: string;
  names: Record<string, string>;
  onEnd: (how: string) => void;
}): Promise<Disposable> {
  const started = Promise.withResolvers<void>();
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
      ...Object.entries(names).map(([name, host]) => `--host-record=${name},${host}`),
    ],
    {
      onLine: line => {
        if (/ started, /.test(line)) started.resolve();
      },
      onEnd: how => {
        started.reject(new Error(how));
        onEnd(how);
      },
    },
  );
  await started.promise;
  return tool;
}
