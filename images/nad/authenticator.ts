import {execFile} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {startTool} from '#images/shell/tool.ts';
import {openUdp} from '#images/shell/udp.ts';
import type {Endpoint} from '#protocol/role.ts';

const run = promisify(execFile);
const folder = '/run/posturelab/hostapd';
const loopback = '127.0.0.1';

/** hostapd, which speaks EAP with the hosts on the access ports and takes the switch for its RADIUS server. */
export interface Authenticator extends Disposable {
  answer(to: Endpoint, bytes: Uint8Array): void;
  /** Asks a host who it is. Rejects with what hostapd says. */
  startEap(order: {port: string; mac: string; quietS: number}): Promise<void>;
}

/**
Starts one hostapd for all ports. What it is asked for before it listens on each waits until it does. `onEnd` is told when it ends.

It opens and closes no port: what its control interface calls authorized is of no consequence here, and a host that was
authorized once can always be asked again (EAPOL_REAUTH), link flaps and ended sessions notwithstanding. Deauthenticating it
would keep it out for five seconds.
*/
export async function startAuthenticator({
  ports,
  nasAddress,
  secret,
  onRequest,
  onEnd,
}: {
  ports: readonly string[];
  nasAddress: string;
  secret: string;
  onRequest: (from: Endpoint, bytes: Uint8Array) => void;
  onEnd: (how: string) => void;
}): Promise<Authenticator> {
  const proxy = await openUdp({address: loopback, port: 0, onDatagram: onRequest});
  mkdirSync(folder, {recursive: true, mode: 0o700});
  const files = ports.map(port => {
    const file = join(folder, `${port}.conf`);
    writeFileSync(file, settingsOf(port, {nasAddress, secret, proxyPort: proxy.port}), {mode: 0o600});
    return file;
  });
  const enabled = Promise.withResolvers<void>();
  const waitedFor = new Set(ports);
  const hostapd = startTool('hostapd', files, {
    onLine(line) {
      const [, port = ''] = /^(\S+): AP-ENABLED/.exec(line) ?? [];
      waitedFor.delete(port);
      if (waitedFor.size === 0) enabled.resolve();
    },
    onEnd,
  });
  const devices = new Map(ports.map(port => [port, deviceOf(port)]));
  return {
    answer: (to, bytes) => proxy.send(to, bytes),
    async startEap({port, mac, quietS}) {
      await enabled.promise;
      const device = deviceOf(port);
      if (devices.get(port) !== device) {
        await tell(port, 'disable'); // its socket is on a device that is gone
        await tell(port, 'enable');
        devices.set(port, device);
      }
      const isKnown = await tell(port, 'raw', `EAPOL_REAUTH ${mac.toLowerCase()}`);
      if (!isKnown) await tell(port, 'new_sta', mac.toLowerCase());
      await tell(port, 'raw', `EAPOL_SET ${mac.toLowerCase()} quietPeriod ${quietS}`);
    },
    [Symbol.dispose]() {
      hostapd[Symbol.dispose]();
      proxy[Symbol.dispose]();
    },
  };
}

/** `nas_identifier` names the port in each RADIUS request. Re-authentication is the switch's business. */
function settingsOf(
  port: string,
  {nasAddress, secret, proxyPort}: {nasAddress: string; secret: string; proxyPort: number},
): string {
  return `interface=${port}
driver=wired
ieee8021x=1
eap_reauth_period=0
use_pae_group_addr=0
own_ip_addr=${nasAddress}
nas_identifier=${port}
auth_server_addr=${loopback}
auth_server_port=${proxyPort}
auth_server_shared_secret=${secret}
ctrl_interface=${folder}
`;
}

/** One order to hostapd. Resolves to whether it said OK. */
async function tell(port: string, ...words: string[]): Promise<boolean> {
  const {stdout} = await run('hostapd_cli', ['-p', folder, '-i', port, ...words]);
  return stdout.trim().endsWith('OK');
}

function deviceOf(port: string): string {
  try {
    return readFileSync(`/sys/class/net/${port}/ifindex`, 'utf8').trim();
  } catch {
    return ''; // the port's other end has no power
  }
}
