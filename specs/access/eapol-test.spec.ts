// Debian's eapol_test is a supplicant and an authenticator of its own: it believes a PSN only if EAP, RADIUS and the MPPE keys are right.
import {globSync} from 'node:fs';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {type ContainerLab, pidsOf} from '#harness/containers/container-lab.ts';
import {healthyDot1x} from '#harness/dot1x-settings.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {psnOf} from '#harness/psn-handle.ts';
import type {LiveLogEntry} from '#protocol/psn/contract.ts';
import {runInNamespace} from '#specs/edges/in-namespace.ts';
import type {Ended} from '#specs/edges/program.ts';
import {inLab} from '#specs/flows/in-lab.ts';
import {topology} from '#topologies/single-psn.ts';

const secret = 'posturelab-radius-secret';

test(
  'eapol_test passes PEAP and EAP-TLS against a PSN, and is refused with the wrong password, the wrong secret or no trust',
  inLab(
    {topology, settings: healthy => ({...healthy, auth: 'dot1x', dot1x: {...healthyDot1x, eap: 'tls'}})},
    async (t, lab) => {
      const files = await supplicantFiles(lab);
      const peap = [
        'eap=PEAP',
        'phase2="auth=MSCHAPV2"',
        `password="${healthyDot1x.storedPassword}"`,
        `ca_cert="${files}/ca.pem"`,
      ];
      const tls = [
        'eap=TLS',
        `ca_cert="${files}/ca.pem"`,
        `client_cert="${files}/client.pem"`,
        `private_key="${files}/client.key"`,
      ];

      const passedPeap = await eapolTest(lab, peap);
      t.is(passedPeap.exitCode, 0, passedPeap.stdout);
      t.regex(passedPeap.stdout, /MPPE keys OK: 1 {2}mismatch: 0\nSUCCESS/);
      const passedTls = await eapolTest(lab, tls);
      t.is(passedTls.exitCode, 0, passedTls.stdout);
      t.regex(passedTls.stdout, /MPPE keys OK: 1 {2}mismatch: 0\nSUCCESS/);
      t.true(
        passedTls.stdout.includes(Buffer.from('=#ACSACL#-IP-Posture_Unknown-').toString('hex')),
        'the dACL is named',
      );

      const wrongPassword = await eapolTest(lab, [...peap, 'password="wrong"']);
      t.not(wrongPassword.exitCode, 0);
      t.regex(wrongPassword.stdout, /Access-Reject/);
      t.notRegex(wrongPassword.stdout, /MS-CHAP2-Response/, 'what FreeRADIUS says stays in the node');
      const untrusting = await eapolTest(lab, [...peap, 'ca_cert="/etc/ssl/certs/ca-certificates.crt"']);
      t.not(untrusting.exitCode, 0);
      const wrongSecret = await eapolTest(lab, peap, 'wrong');
      t.not(wrongSecret.exitCode, 0);
      t.notRegex(wrongSecret.stdout, /Access-(Accept|Reject|Challenge)/, 'no answer at all');

      const {liveLog} = await psnOf(lab).view();
      const rows = liveLog.filter(({attributes}) => attributes['Calling-Station-ID'] === '02:00:00:00:00:01');
      t.deepEqual(rows.map(describe), [
        '5200 TRAINING\\bob',
        '5200 TRAINING\\bob',
        '5400 TRAINING\\bob 22040 Wrong password, or the shared secrets differ',
        '5400 TRAINING\\bob 12321 PEAP failed: the client rejected the certificate of this node',
      ]);
    },
  ),
);

test(
  'eapol_test in the place of hostapd passes PEAP through the switch, with keys that are right under the loopback secret',
  inLab(
    {topology, settings: healthy => ({...healthy, auth: 'dot1x', dot1x: {...healthyDot1x, eap: 'tls'}})},
    async (t, lab) => {
      await lab.until('session-authorized');
      const authenticator = await readFile(`${await rootOf(lab, 'nad')}/run/posturelab/hostapd/fa0-12.conf`, 'utf8');
      const [, port = ''] = /^auth_server_port=(\d+)$/m.exec(authenticator) ?? [];
      const [, loopbackSecret = ''] = /^auth_server_shared_secret=(.*)$/m.exec(authenticator) ?? [];
      const peap = [
        'eap=PEAP',
        'phase2="auth=MSCHAPV2"',
        `password="${healthyDot1x.storedPassword}"`,
        `ca_cert="${await supplicantFiles(lab)}/ca.pem"`,
      ];
      const toSwitch = ['-a', '127.0.0.1', '-p', port, '-s', loopbackSecret, '-N', '32:s:fa0-12', '-t', '5'];

      const passed = await run(lab, peap, toSwitch);
      t.is(passed.exitCode, 0, passed.stdout);
      t.regex(passed.stdout, /MPPE keys OK: 1 {2}mismatch: 0\nSUCCESS/);
      t.notRegex(passed.stdout, /00000009/, 'no attribute of Cisco’s leaves the switch');
      const view = await nadOf(lab).view();
      const session = view.sessions.find(({mac}) => mac === '02:00:00:00:00:01');
      t.like(session, {authorized: true, port: 'fa0-12', userName: healthyDot1x.user});

      const refused = await run(lab, [...peap, 'password="wrong"'], toSwitch);
      t.not(refused.exitCode, 0);
      t.regex(refused.stdout, /Access-Reject/);
    },
  ),
);

function describe({code, attributes}: LiveLogEntry): string {
  return [code, attributes['UserName'], attributes['Failure Reason']].filter(part => part !== undefined).join(' ');
}

/** The folder of the endpoint's own supplicant, as this machine sees it: certificates of the lab's CA. */
async function supplicantFiles(lab: ContainerLab): Promise<string> {
  const [folder] = globSync(`${await rootOf(lab, 'endpoint')}/tmp/supplicant-*`);
  if (folder === undefined) throw new Error('the endpoint has no supplicant');
  return folder;
}

/** A node's file system, as this machine sees it. */
async function rootOf(lab: ContainerLab, node: string): Promise<string> {
  const pids = await pidsOf(lab.engine, {[node]: lab.containerOf(node).id});
  return `/proc/${pids[node]}/root`;
}

/** Asks psn1 as the switch would, from its address. `lines`: of a wpa_supplicant network block; of two with the same name the later holds. */
async function eapolTest(lab: ContainerLab, lines: string[], key = secret): Promise<Ended> {
  return run(lab, lines, ['-a', '10.10.1.11', '-A', '192.168.255.12', '-s', key, '-t', '3']);
}

async function run(lab: ContainerLab, lines: string[], options: string[]): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), 'posturelab-eapol-'));
  try {
    const file = join(folder, 'network.conf');
    const network = ['network={', 'key_mgmt=WPA-EAP', `identity="${healthyDot1x.user}"`, ...lines, '}'];
    await writeFile(file, `${network.join('\n')}\n`);
    return await runInNamespace(lab, 'nad', ['eapol_test', '-c', file, ...options]);
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}
