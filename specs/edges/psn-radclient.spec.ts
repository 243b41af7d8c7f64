// Our codec on both sides could be wrong in the same way. Here Debian's radclient asks a PSN, and believes only what verifies.
import test from 'ava';
import {adminOf} from '#harness/psn-handle.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {address, avPair, number, text} from '#protocol/radius/attributes.ts';
import {encodeRequest} from '#protocol/radius/request.ts';
import {radclient, runInNamespace} from '#specs/edges/in-namespace.ts';
import {inLab} from '#specs/flows/in-lab.ts';
import {topology} from '#topologies/single-psn.ts';

const secret = 'posturelab-radius-secret';
const psn = {from: 'nad', source: '192.168.255.12', to: '10.10.1.11:1812', packet: 'auth', secret} as const;
const nad = {from: 'psn1', source: '10.10.1.11', to: '192.168.255.12:1700', secret} as const;
const sessionId = 'C0A8FF0C0000009912345678';

const mab = [
  'User-Name = "005056a8be99"',
  'User-Password = "005056a8be99"',
  'Service-Type = Call-Check',
  'Calling-Station-Id = "00-50-56-A8-BE-99"',
  'NAS-IP-Address = 192.168.255.12',
  'NAS-Port-Type = Ethernet',
  'NAS-Port-Id = "FastEthernet0/99"',
  `Cisco-AVPair = "audit-session-id=${sessionId}"`,
  'Message-Authenticator = 0x00',
];

test(
  'radclient is authenticated by MAB, told its dACL, downloads 300 entries over several rounds and has its accounting answered',
  inLab({topology}, async (t, lab) => {
    const entries = Array.from(
      {length: 300},
      (_, index) => `permit tcp any host 10.20.${Math.floor(index / 250)}.${index % 250} eq ${8000 + index}`,
    );
    await adminOf(lab).saveDacl('Posture_Unknown', entries.join('\n'));

    const accept = await radclient(lab, {...psn, attributes: mab});
    t.regex(accept.stdout, /Received Access-Accept/);
    const name = /CiscoSecure-Defined-ACL=([^"]+)"/.exec(accept.stdout)?.[1];
    t.regex(name ?? '', /^#ACSACL#-IP-Posture_Unknown-[0-9a-f]{8}$/);

    const received: string[] = [];
    let rounds = 0;
    for (let state: string | undefined = ''; state !== undefined && rounds < 20; rounds += 1) {
      const {stdout} = await radclient(lab, {
        ...psn,
        attributes: [
          `User-Name = "${name}"`,
          'NAS-IP-Address = 192.168.255.12',
          'Cisco-AVPair = "aaa:service=ip_admission"',
          'Cisco-AVPair += "aaa:event=acl-download"',
          ...(state === '' ? [] : [`State = ${state}`]),
          'Message-Authenticator = 0x00',
        ],
      });
      received.push(...[...stdout.matchAll(/"ip:inacl#(\d+)=([^"]+)"/g)].map(match => `${match[1]}=${match[2]}`));
      state = stdout.includes('Access-Challenge')
        ? /State = (0x[0-9a-f]+)/.exec(stdout.slice(stdout.indexOf('Received')))?.[1]
        : undefined;
    }
    t.true(rounds > 1, `${rounds} rounds`);
    t.deepEqual(
      received,
      entries.map((entry, index) => `${index + 1}=${entry}`),
    );

    const accounting = await radclient(lab, {
      ...psn,
      to: '10.10.1.11:1813',
      packet: 'acct',
      attributes: [
        'Acct-Status-Type = Start',
        'Acct-Session-Id = "00000099"',
        'User-Name = "005056a8be99"',
        'NAS-IP-Address = 192.168.255.12',
        'Calling-Station-Id = "00-50-56-A8-BE-99"',
        `Cisco-AVPair = "audit-session-id=${sessionId}"`,
        'Framed-IP-Address = 192.168.255.99',
      ],
    });
    t.regex(accounting.stdout, /Received Accounting-Response/);
  }),
);

test(
  'radclient gets no answer with the wrong secret, nor without a Message-Authenticator',
  inLab({topology}, async (t, lab) => {
    const unsignedMab = mab.filter(attribute => !attribute.startsWith('Message-Authenticator'));
    const [wrongSecret, unsigned] = await Promise.all([
      radclient(lab, {...psn, secret: 'wrong', attributes: mab}),
      radclient(lab, {...psn, attributes: unsignedMab}),
    ]);

    t.notRegex(wrongSecret.stdout, /Received/);
    t.notRegex(unsigned.stdout, /Received/);
    t.true(lab.timeline.of('radius-request-dropped').length >= 2);
  }),
);

test(
  'a tampered Message-Authenticator is never answered, whichever byte of it is changed; the same packet untouched is',
  inLab({topology}, async (t, lab) => {
    const {bytes} = encodeRequest({
      code: 'Access-Request',
      identifier: 7,
      secret,
      randomBytes: count => new Uint8Array(count).fill(count),
      attributes: [
        text('User-Name', '005056a8be99'),
        number('Service-Type', 10),
        text('Calling-Station-Id', '00-50-56-A8-BE-99'),
        address('NAS-IP-Address', '192.168.255.12'),
        avPair(`audit-session-id=${sessionId}`),
      ],
    });
    const signatureAt = 22; // Message-Authenticator is put first: after 20 bytes of header, type and length
    const tampered = Array.from({length: 16}, (_, index) =>
      bytes.map((byte, at) => (at === signatureAt + index ? byte ^ 0x01 : byte)),
    );
    const sent = [...tampered, bytes].map(packet => Buffer.from(packet).toString('hex'));

    const {stdout} = await runInNamespace(
      lab,
      'nad',
      [process.execPath, 'specs/edges/send-datagrams.ts', '192.168.255.12', '10.10.1.11', '1812'],
      sent.join('\n'),
    );
    const answered = stdout
      .trim()
      .split('\n')
      .filter(line => line !== '');

    t.is(answered.length, 1, 'one answer: to the packet that nobody touched');
    t.true(answered[0]?.startsWith('02'), 'an Access-Accept');
    t.is(lab.timeline.of('radius-request-dropped').length, 16);
  }),
);

test(
  "radclient's CoA and Disconnect get ACKs for the live session, and NAKs that say why for others",
  inLab({topology}, async (t, lab) => {
    const {installed} = await becomesCompliant(lab);
    const signed = 'Message-Authenticator = 0x00';
    const session = `Cisco-AVPair = "audit-session-id=${installed.sessionId}"`;
    const reauthenticate = 'Cisco-AVPair += "subscriber:command=reauthenticate"';

    const good = await radclient(lab, {...nad, packet: 'coa', attributes: [session, reauthenticate, signed]});
    const again = await lab.until('acl-installed', {after: installed});
    const unknown = await radclient(lab, {
      ...nad,
      packet: 'coa',
      attributes: [`Cisco-AVPair = "audit-session-id=${sessionId}"`, reauthenticate, signed],
    });
    const missing = await radclient(lab, {
      ...nad,
      packet: 'coa',
      attributes: ['Cisco-AVPair = "subscriber:command=reauthenticate"', signed],
    });
    const nonsense = await radclient(lab, {
      ...nad,
      packet: 'coa',
      attributes: [session, 'Cisco-AVPair += "subscriber:command=make-coffee"', signed],
    });
    const wrongSecret = await radclient(lab, {
      ...nad,
      secret: 'wrong',
      packet: 'coa',
      attributes: [session, reauthenticate, signed],
    });
    const ended = await radclient(lab, {...nad, packet: 'disconnect', attributes: [session, signed]});
    const endedTwice = await radclient(lab, {...nad, packet: 'disconnect', attributes: [session, signed]});

    t.regex(good.stdout, /Received CoA-ACK/);
    t.is(again.sessionId, installed.sessionId);
    t.regex(unknown.stdout, /Received CoA-NAK[\s\S]*Error-Cause = Session-Context-Not-Found/);
    t.regex(missing.stdout, /Received CoA-NAK[\s\S]*Error-Cause = Missing-Attribute/);
    t.regex(nonsense.stdout, /Received CoA-NAK[\s\S]*Error-Cause = Unsupported-/);
    t.notRegex(wrongSecret.stdout, /Received/);
    t.regex(ended.stdout, /Received Disconnect-ACK/);
    t.regex(endedTwice.stdout, /Received Disconnect-NAK[\s\S]*Error-Cause = Session-Context-Not-Found/);
  }),
);
