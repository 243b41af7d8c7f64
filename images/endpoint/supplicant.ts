import {mkdtempSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {SupplicantSettings} from '#images/endpoint/settings.ts';
import {startTool} from '#images/shell/tool.ts';

export interface Supplicant extends Disposable {
  /** It answers from now on. Rejects with what it said if it cannot. */
  ready: Promise<void>;
}

/**
wpa_supplicant on the wired adapter. It sends EAPOL-Start two seconds after its start, and answers the switch at once as soon as
it is `ready`: what reaches it before is lost.
*/
export function startSupplicant(
  {eap, user, password, client}: SupplicantSettings,
  {
    name,
    ca,
    onOutcome,
    onEnd,
  }: {
    name: string;
    ca: string;
    onOutcome: (outcome: {kind: 'eap-succeeded'} | {kind: 'eap-failed'; reason: string}) => void;
    onEnd: (how: string) => void;
  },
): Supplicant {
  const folder = mkdtempSync(join(tmpdir(), 'supplicant-'));
  const write = (file: string, text: string): string => {
    const path = join(folder, file);
    writeFileSync(path, text, {mode: 0o600});
    return path;
  };
  const method =
    eap === 'peap'
      ? ['eap=PEAP', 'phase2="auth=MSCHAPV2"', `password=${hex(password)}`]
      : [
          'eap=TLS',
          `client_cert="${write('client.pem', client?.cert ?? '')}"`,
          `private_key="${write('client.key', client?.key ?? '')}"`,
        ];
  const network = ['key_mgmt=IEEE8021X', 'eapol_flags=0', `identity=${hex(user)}`, `ca_cert="${write('ca.pem', ca)}"`];
  const settings = ['ap_scan=0', 'network={', ...network, ...method, '}'].join('\n');

  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {}); // who waits for it is told, and `onEnd` in any case
  let complaint = '';
  const tool = startTool(
    'wpa_supplicant',
    ['-D', 'wired', '-i', name, '-c', write('supplicant.conf', `${settings}\n`)],
    {
      onLine(line) {
        if (line.includes('Associated with')) ready.resolve();
        else if (line.includes('CTRL-EVENT-EAP-TLS-CERT-ERROR')) complaint = /err='([^']*)'/.exec(line)?.[1] ?? line;
        else if (line.includes('CTRL-EVENT-EAP-STARTED')) complaint = '';
        else if (line.includes('CTRL-EVENT-EAP-SUCCESS')) onOutcome({kind: 'eap-succeeded'});
        else if (line.includes('CTRL-EVENT-EAP-FAILURE')) onOutcome({kind: 'eap-failed', reason: complaint});
      },
      onEnd(how) {
        ready.reject(new Error(how));
        onEnd(how);
      },
    },
  );
  return {ready: ready.promise, [Symbol.dispose]: () => tool[Symbol.dispose]()};
}

/** wpa_supplicant's way of writing any text: hexadecimal digits without quotes. */
function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}
