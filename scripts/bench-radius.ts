import {performance} from 'node:perf_hooks';
import {$} from 'zx';

/** RADIUS requests per second that psn1 answers, asked by Debian's radclient from the switch's network namespace. */
export async function radiusRate(
  pids: Record<string, number>,
  secret: string,
  {requests = 20_000, inFlight = 64}: {requests?: number; inFlight?: number} = {},
): Promise<number> {
  const input = Array.from({length: requests}, (_, index) => {
    const mac = index.toString(16).padStart(12, '0');
    return [
      `User-Name = "${mac}"`,
      `User-Password = "${mac}"`,
      'Service-Type = Call-Check',
      `Calling-Station-Id = "${mac.match(/../g)?.join('-')}"`,
      'NAS-IP-Address = 192.168.255.12',
      'Packet-Src-IP-Address = 192.168.255.12',
      'Message-Authenticator = 0x00',
    ].join('\n');
  }).join('\n\n');
  const startedMs = performance.now();
  const {stdout} = await $({
    input,
    quiet: true,
  })`nsenter --net=/proc/${pids['nad']}/ns/net radclient -s -p ${inFlight} -r 2 10.10.1.11:1812 auth ${secret}`;
  const seconds = (performance.now() - startedMs) / 1000;
  const accepted = Number(
    /Accepted\s*:\s*(\d+)/.exec(stdout)?.[1] ?? /Passed filter\s*:\s*(\d+)/.exec(stdout)?.[1] ?? 0,
  );
  if (accepted < requests * 0.99) throw new Error(`only ${accepted} of ${requests} requests were accepted:\n${stdout}`);
  return Math.round(accepted / seconds);
}
