import {startTool} from '#images/shell/tool.ts';
import {CaptureFormatError, FrameCapture, type SeenFrame} from '#protocol/nad/frame-capture.ts';

/**
What makes a switch take notice of a host: ARP; a TCP connection attempt; DHCP; with IPv6, neighbour discovery (133 to 136). Anything
else a host sends comes after one of these, and a busy port must not keep the switch busy.
*/
const filter = 'arp or (tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn) or (udp src port 68)';
const ipv6Filter = '(icmp6 and ip6[40] >= 133 and ip6[40] <= 136) or (ip6[6] == 6 and ip6[53] & 0x12 == 0x02)';

/** The same host is not told again within this time: a flood of SYNs from one host is one host. */
const quietMs = 20;
const rememberedHosts = 1000;

export interface ArpWatch extends Disposable {
  /** Nothing that enters from now on is missed. Rejects when the capture cannot be started. */
  ready: Promise<void>;
  /** A port has lost its carrier: whoever was behind it is told again at once. */
  forgetHosts(): void;
}

/**
Watches what enters any interface. The capture taps frames before the packet filter sees them, so a host behind a port that
drops everything is seen too. `onEnd` is told when the capture ends by itself.
*/
export function watchArp({
  hasIpv6,
  onFrame,
  onEnd,
}: {
  hasIpv6: boolean;
  onFrame: (frame: SeenFrame) => void;
  onEnd: (how: string) => void;
}): ArpWatch {
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {}); // who waits for it is told, and `onEnd` in any case
  const capture = new FrameCapture();
  const lastSeenMs = new Map<string, number>();

  const tell = (frame: SeenFrame) => {
    const key = `${frame.interfaceIndex} ${frame.mac} ${frame.address}`;
    const nowMs = performance.now();
    if (nowMs - (lastSeenMs.get(key) ?? -quietMs) < quietMs) return;
    if (lastSeenMs.size >= rememberedHosts) lastSeenMs.clear();
    lastSeenMs.set(key, nowMs);
    onFrame(frame);
  };
  const args = [
    '-i',
    'any',
    '-y',
    'LINUX_SLL2',
    '-Q',
    'in',
    '-n',
    '-s',
    '96',
    '-U',
    '--immediate-mode',
    '-w',
    '-',
    hasIpv6 ? `${filter} or ${ipv6Filter}` : filter,
  ];
  const tool = startTool('tcpdump', args, {
    onBytes(bytes) {
      ready.resolve(); // it writes its header when it has begun to capture
      try {
        for (const frame of capture.push(bytes)) tell(frame);
      } catch (error) {
        if (!(error instanceof CaptureFormatError)) throw error;
        tool[Symbol.dispose]();
        onEnd(`tcpdump's output cannot be read: ${error.message}`);
      }
    },
    onEnd(how) {
      ready.reject(new Error(how));
      onEnd(how);
    },
  });
  return {
    ready: ready.promise,
    forgetHosts: () => lastSeenMs.clear(),
    [Symbol.dispose]: () => tool[Symbol.dispose](),
  };
}
