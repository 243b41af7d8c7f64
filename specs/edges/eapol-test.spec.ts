// Debian's eapol_test is a supplicant and an authenticator of its own: it believes a PSN only if EAP, RADIUS and the MPPE keys are right.
import {globSync} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {type ContainerLab, pidsOf} from '#harness/containers/container-lab.ts';
import {healthyDot1x} from '#harness/dot1x-settings.ts';
import {psnOf} from '#harness/psn-handle.ts';
import type {LiveLogEntry} from '#protocol/psn/contract.ts';
import {runInNamespace} from '#specs/edges/in-namespace.ts';
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

function describe({code, attributes}: LiveLogEntry): string {
  return [code, attributes['UserName'], attributes['Failure Reason']].filter(part => part !== undefined).join(' ');
}

/** The folder of the endpoint's own supplicant, as this machine sees it: certificates of the lab's CA. */
async function supplicantFiles(lab: ContainerLab): Promise<string> {
  const {endpoint} = await pidsOf(lab.engine, {endpoint: lab.containerOf('endpoint').id});
  const [folder] = globSync(`/proc/${endpoint}/root/tmp/supplicant-*`);
  if (folder === undefined) throw new Error('the endpoint has no supplicant');
  return folder;
}

/** `lines`: of a wpa_supplicant network block; of two with the same name the later holds. */
async function eapolTest(lab: ContainerLab, lines: string[], key = secret) {
  const folder = await mkdtemp(join(tmpdir(), 'posturelab-eapol-'));
  try {
    const file = join(folder, 'network.conf');
    const network = ['network={', 'key_mgmt=WPA-EAP', `identity="${healthyDot1x.user}"`, ...lines, '}'];
    await writeFile(file, `${network.join('\n')}\n`);
    const options = ['-c', file, '-a', '10.10.1.11', '-A', '192.168.255.12', '-s', key, '-t', '3'];
    return await runInNamespace(lab, 'nad', ['eapol_test', ...options]);
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}
