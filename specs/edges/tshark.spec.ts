// Wireshark's dissector reads the packets of a whole story: it knows RADIUS, and has never seen our codec.
import {execFile} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {readCapture} from '#harness/evidence/save.ts';
import {rediscovery} from '#harness/scenarios/rediscovery.ts';
import {inLab} from '#specs/flows/in-lab.ts';

const run = promisify(execFile);
const responses = '2 3 5 11 41 42 44 45'.split(' ');

test(
  'tshark finds every RADIUS response of a full story validly signed, and no malformed packet',
  inLab({}, async (t, lab) => {
    await rediscovery.play(lab);
    const folder = await mkdtemp(join(tmpdir(), 'posturelab-tshark-'));
    try {
      const file = join(folder, 'gi0-1.pcapng');
      await writeFile(file, await readCapture(lab, 'gi0-1'));
      const {stdout} = await run('tshark', [
        '-r',
        file,
        '-Y',
        'radius',
        '-d',
        'udp.port==1700,radius',
        '-o',
        'radius.shared_secret:posturelab-radius-secret',
        '-o',
        'radius.validate_authenticator:TRUE',
        '-T',
        'fields',
        '-E',
        'separator=;',
        '-e',
        'radius.code',
        '-e',
        'radius.authenticator.valid',
        '-e',
        '_ws.malformed',
        '-e',
        '_ws.expert.severity',
      ]);
      const packets = stdout
        .trim()
        .split('\n')
        .map(line => line.split(';'));
      const answers = packets.filter(([code]) => responses.includes(code ?? ''));
      const invalid = answers.filter(([, valid]) => valid !== '1' && valid !== 'True');

      t.true(
        answers.length >= 12,
        `${answers.length} responses: two authentications and re-authentications, downloads, accounting, CoA, Disconnect`,
      );
      t.deepEqual(invalid, []);
      t.deepEqual(
        packets.filter(([, , malformed]) => malformed !== ''),
        [],
      );
    } finally {
      await rm(folder, {recursive: true, force: true});
    }
  }),
);
