// Wireshark's dissector reads the packets of whole stories: it knows RADIUS, EAP and EAPOL, and has never seen our codec.
import {execFile} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {readCapture} from '#harness/evidence/save.ts';
import {rediscovery} from '#harness/scenarios/rediscovery.ts';
import {inLab} from '#specs/flows/in-lab.ts';

const run = promisify(execFile);
const responses = '2 3 5 11 41 42 44 45'.split(' ');

test(
  'tshark finds every RADIUS response of a full story validly signed, and no malformed packet',
  inLab({}, async (t, lab) => {
    await rediscovery.play(lab);
    const packets = await dissect(lab, 'gi0-1', 'radius', ['radius.code', 'radius.authenticator.valid']);
    const answers = packets.filter(({fields: [code]}) => responses.includes(code ?? ''));

    t.true(
      answers.length >= 12,
      `${answers.length} responses: two authentications and re-authentications, downloads, accounting, CoA, Disconnect`,
    );
    t.deepEqual(answers.filter(isNotSigned), []);
    t.deepEqual(packets.filter(isMalformed), []);
  }),
);

test(
  'tshark dissects EAPOL, EAP and RADIUS of a full story with 802.1X: every response is validly signed, and nothing malformed',
  inLab({settings: healthy => ({...healthy, auth: 'dot1x', timeScale: 3})}, async (t, lab) => {
    await rediscovery.play(lab);
    const frames = await dissect(lab, 'fa0-12', 'eapol', ['eap.code', 'eap.type', 'eap.identity']);
    const packets = await dissect(lab, 'gi0-1', 'radius', [
      'radius.code',
      'radius.authenticator.valid',
      'eap.code',
      'radius.Cisco_AVPair',
    ]);

    const authentications = lab.timeline.of('session-authorized').length;
    t.true(authentications >= 4, 'two sessions, each authenticated and re-authenticated');
    t.is(frames.filter(({fields: [code]}) => code === success).length, authentications);
    t.true(frames.some(({fields: [, , identity]}) => identity === 'TRAINING\\bob'));
    t.true(frames.filter(({fields: [, type]}) => type === peap).length >= 10 * authentications);
    t.deepEqual(frames.filter(isMalformed), []);

    const answers = packets.filter(({fields: [code]}) => responses.includes(code ?? ''));
    t.deepEqual(answers.filter(isNotSigned), []);
    t.deepEqual(packets.filter(isMalformed), []);
    t.is(packets.filter(({fields: [code, , eap]}) => code === '2' && eap === success).length, authentications);
    const questions = packets.filter(({fields: [code, , eap]}) => code === '1' && eap !== '');
    t.true(questions.length >= 8 * authentications);
    t.true(
      questions.every(({fields}) => /audit-session-id=[0-9A-F]{24}.*method=dot1x/.test(fields[3] ?? '')),
      'every request of EAP tells the session',
    );
  }),
);

const success = '3';
const peap = '25';

interface Dissected {
  /** In the order in which they were asked for. */
  fields: string[];
  malformed: string;
}

const isMalformed = ({malformed}: Dissected): boolean => malformed !== '';
const isNotSigned = ({fields: [, valid]}: Dissected): boolean => valid !== '1' && valid !== 'True';

/** Fields of the packets of a port that match a display filter. */
async function dissect(lab: ContainerLab, port: string, filter: string, fields: string[]): Promise<Dissected[]> {
  const folder = await mkdtemp(join(tmpdir(), 'posturelab-tshark-'));
  try {
    const file = join(folder, `${port}.pcapng`);
    await writeFile(file, await readCapture(lab, port));
    const {stdout} = await run(
      'tshark',
      [
        ...['-r', file, '-Y', filter, '-d', 'udp.port==1700,radius'],
        ...['-o', 'radius.shared_secret:posturelab-radius-secret', '-o', 'radius.validate_authenticator:TRUE'],
        ...['-T', 'fields', '-E', 'separator=;', '-E', 'occurrence=a'],
        ...[...fields, '_ws.malformed'].flatMap(field => ['-e', field]),
      ],
      {maxBuffer: 64 * 1024 * 1024},
    );
    return stdout
      .split('\n')
      .filter(line => line !== '')
      .map(line => line.split(';'))
      .map(values => ({fields: values.slice(0, -1), malformed: values.at(-1) ?? ''}));
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}
