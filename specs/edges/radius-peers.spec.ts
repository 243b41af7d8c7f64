// Our codec on both sides could be wrong in the same way. Here one side is Debian's radclient.
import {Buffer} from 'node:buffer';
import test from 'ava';
import {aclEntryPair, aclRoundBudgetBytes, splitAclRounds} from '#protocol/radius/acl-download.ts';
import {
  address,
  avPair,
  avPairValue,
  bytes,
  number,
  readAddress,
  readBytes,
  readNumber,
  readText,
  text,
} from '#protocol/radius/attributes.ts';
import {joinEapMessage, splitEapMessage} from '#protocol/radius/eap-message.ts';
import {errorCauses} from '#protocol/radius/error-cause.ts';
import type {RadiusCode} from '#protocol/radius/packet.ts';
import {encodeRequest, type RequestCode} from '#protocol/radius/request.ts';
import type {ResponseCode} from '#protocol/radius/response.ts';
import {readUserPassword} from '#protocol/radius/user-password.ts';
import {radclient, serveOnLoopback} from '#specs/edges/radius-loopback.ts';

const secret = 'posturelab-radius-secret';
const signed = 'Message-Authenticator = 0x00';
const sessionId = 'C0A8FF0C00000012679EAF14';
const mac = '005056a8be02';

const mab = [
  `User-Name = "${mac}"`,
  `User-Password = "${mac}"`,
  'Service-Type = Call-Check',
  'Calling-Station-Id = "00-50-56-A8-BE-02"',
  'NAS-IP-Address = 192.168.255.12',
  'NAS-Port-Type = Ethernet',
  'NAS-Port-Id = "FastEthernet0/12"',
  `Cisco-AVPair = "audit-session-id=${sessionId}"`,
];

test("radclient's MAB request is read, and it reads every attribute of our Access-Accept", async t => {
  await using server = await serveOnLoopback(secret, () => ({
    code: 'Access-Accept',
    attributes: [
      text('User-Name', mac),
      text('State', `ReauthSession:${sessionId}`),
      text('Class', `CACS:${sessionId}:psn1/1/1`),
      number('Session-Timeout', 3600),
      number('Termination-Action', 1),
      address('Framed-IP-Address', '192.168.255.193'),
      text('Reply-Message', 'welcome'),
      avPair('ACS:CiscoSecure-Defined-ACL=#ACSACL#-IP-X-636b75ac'),
      avPair('url-redirect-acl=REDIRECT'),
    ],
  }));

  const printed = await radclient({
    port: server.port,
    packet: 'auth',
    secret,
    attributes: [...mab, 'Proxy-State = 0x0102', signed],
  });
  const [request] = server.packets;

  t.deepEqual(server.refusals, []);
  if (request === undefined) return t.fail(printed);
  t.is(readText(request, 'User-Name'), mac);
  t.is(readUserPassword(request, secret), mac);
  t.is(readNumber(request, 'Service-Type'), 10);
  t.is(readNumber(request, 'NAS-Port-Type'), 15);
  t.is(readText(request, 'NAS-Port-Id'), 'FastEthernet0/12');
  t.is(readAddress(request, 'NAS-IP-Address'), '192.168.255.12');
  t.is(avPairValue(request, 'audit-session-id'), sessionId);
  const response = printed.slice(printed.indexOf('Received Access-Accept'));
  for (const line of [
    `User-Name = "${mac}"`,
    `State = 0x${hex(`ReauthSession:${sessionId}`)}`,
    `Class = 0x${hex(`CACS:${sessionId}:psn1/1/1`)}`,
    'Session-Timeout = 3600',
    'Termination-Action = RADIUS-Request',
    'Framed-IP-Address = 192.168.255.193',
    'Reply-Message = "welcome"',
    'Cisco-AVPair = "ACS:CiscoSecure-Defined-ACL=#ACSACL#-IP-X-636b75ac"',
    'Cisco-AVPair = "url-redirect-acl=REDIRECT"',
    'Proxy-State = 0x0102',
  ]) {
    t.true(response.includes(`\t${line}\n`), `${line} in:\n${printed}`);
  }
});

test('a password of more than one block is shown as radclient hid it', async t => {
  const password = 'correct horse battery staple, over more than two blocks';
  await using server = await serveOnLoopback(secret, () => ({code: 'Access-Reject', attributes: []}));

  const printed = await radclient({
    port: server.port,
    packet: 'auth',
    secret,
    attributes: ['User-Name = "alice"', `User-Password = "${password}"`, signed],
  });

  t.regex(printed, /Received Access-Reject/);
  t.is(server.packets[0] && readUserPassword(server.packets[0], secret), password);
});

test('radclient gets nothing with another secret, nor without a Message-Authenticator', async t => {
  await using server = await serveOnLoopback(secret, () => ({code: 'Access-Accept', attributes: []}));
  const {port} = server;

  const outputs = await Promise.all([
    radclient({port, packet: 'auth', secret: 'wrong', attributes: [...mab, signed]}),
    radclient({port, packet: 'auth', secret, attributes: mab}),
    radclient({port, packet: 'acct', secret: 'wrong', attributes: ['Acct-Status-Type = Start']}),
    radclient({port, packet: 'coa', secret, attributes: ['User-Name = "alice"']}),
  ]);

  for (const printed of outputs) t.notRegex(printed, /Received/);
  t.deepEqual(server.refusals.toSorted(), [
    'it has no Message-Authenticator',
    'it has no Message-Authenticator',
    'the Message-Authenticator is wrong: the shared secrets differ, or the packet was changed on its way',
    'the authenticator is wrong: the shared secrets differ, or the packet was changed on its way',
  ]);
});

test('radclient does not believe an answer of ours that was made with another secret', async t => {
  await using server = await serveOnLoopback(secret, () => ({code: 'Access-Accept', attributes: []}));
  await using forger = await serveOnLoopback(secret, () => ({code: 'Access-Accept', attributes: []}), {
    forgeWith: 'other',
  });

  const attributes = [...mab, signed];
  const believed = await radclient({port: server.port, packet: 'auth', secret, attributes});
  const forged = await radclient({port: forger.port, packet: 'auth', secret, attributes});

  t.regex(believed, /Received Access-Accept/);
  t.notRegex(forged, /Received Access-Accept/);
});

for (const [what, extra] of [
  ['as switches send it', []],
  ['with a Message-Authenticator', [signed]],
] as const) {
  test(`radclient's accounting is answered, ${what}`, async t => {
    await using server = await serveOnLoopback(secret, () => ({code: 'Accounting-Response', attributes: []}));

    const printed = await radclient({
      port: server.port,
      packet: 'acct',
      secret,
      attributes: [
        'Acct-Status-Type = Interim-Update',
        'Acct-Session-Id = "00000012"',
        'Acct-Session-Time = 60',
        'Acct-Input-Octets = 4294967295',
        'Event-Timestamp = 1667986860',
        'Framed-IP-Address = 192.168.255.193',
        'Class = 0x434143533a',
        ...extra,
      ],
    });
    const [request] = server.packets;

    t.regex(printed, /Received Accounting-Response/);
    if (request === undefined) return t.fail();
    t.is(readNumber(request, 'Acct-Status-Type'), 3);
    t.is(readText(request, 'Acct-Session-Id'), '00000012');
    t.is(readNumber(request, 'Acct-Input-Octets'), 0xffff_ffff);
    t.is(readNumber(request, 'Event-Timestamp'), 1_667_986_860);
    t.is(readAddress(request, 'Framed-IP-Address'), '192.168.255.193');
    t.is(readText(request, 'Class'), 'CACS:');
  });
}

for (const [packet, [agreed, refused]] of [
  ['coa', ['CoA-ACK', 'CoA-NAK']],
  ['disconnect', ['Disconnect-ACK', 'Disconnect-NAK']],
] as const) {
  test(`radclient's ${packet} gets ${agreed}, or ${refused} that says why, with and without a Message-Authenticator`, async t => {
    await using server = await serveOnLoopback(
      secret,
      request =>
        avPairValue(request, 'audit-session-id') === sessionId
          ? {code: agreed, attributes: []}
          : {code: refused, attributes: [number('Error-Cause', errorCauses.sessionContextNotFound)]},
      {requireMessageAuthenticator: false},
    );
    const send = (id: string, ...extra: string[]) =>
      radclient({
        port: server.port,
        packet,
        secret,
        attributes: [
          `Cisco-AVPair = "audit-session-id=${id}"`,
          'Cisco-AVPair += "subscriber:command=reauthenticate"',
          ...extra,
        ],
      });

    const answers = [await send(sessionId), await send(sessionId, signed), await send('0'), await send('0', signed)];

    t.deepEqual(server.refusals, []);
    t.deepEqual(
      answers.map(printed => /Received (\S+)/.exec(printed)?.[1]),
      [agreed, agreed, refused, refused],
    );
    for (const printed of answers.slice(2)) t.regex(printed, /Error-Cause = Session-Context-Not-Found/);
  });
}

test('radclient downloads a dACL of 300 entries, round by round', async t => {
  const entries = Array.from(
    {length: 300},
    (_, index) => `permit tcp any host 10.20.30.${index % 250} eq ${8000 + index}`,
  );
  const rounds = splitAclRounds(entries, aclRoundBudgetBytes);
  await using server = await serveOnLoopback(secret, request => {
    const index = readBytes(request, 'State')?.[0] ?? 0;
    const before = rounds.slice(0, index).reduce((count, {length}) => count + length, 0);
    const pairs = (rounds[index] ?? []).map((entry, place) => avPair(aclEntryPair(before + place + 1, entry)));
    return index === rounds.length - 1
      ? {code: 'Access-Accept', attributes: pairs}
      : {code: 'Access-Challenge', attributes: [bytes('State', Uint8Array.of(index + 1)), ...pairs]};
  });

  const received: string[] = [];
  for (let state: string | undefined = '0x00'; state !== undefined; ) {
    const printed = await radclient({
      port: server.port,
      packet: 'auth',
      secret,
      attributes: [
        'User-Name = "#ACSACL#-IP-X-636b75ac"',
        'Cisco-AVPair = "aaa:event=acl-download"',
        `State = ${state}`,
        signed,
      ],
    });
    const response = printed.slice(printed.indexOf('Received'));
    received.push(...[...response.matchAll(/"ip:inacl#(.*)"/g)].map(([, pair]) => pair ?? ''));
    state = /Access-Challenge[\s\S]*State = (0x\w+)/.exec(response)?.[1];
  }

  t.true(rounds.length > 3);
  t.is(server.packets.length, rounds.length);
  t.deepEqual(
    received,
    entries.map((entry, index) => `${index + 1}=${entry}`),
  );
});

test('an EAP packet of 450 bytes is joined here from pieces of radclient, and there from ours', async t => {
  const eap = Uint8Array.from({length: 450}, (_, index) => index % 251);
  eap.set([2, 1, 450 >> 8, 450 & 0xff, 13]); // a Response, of type EAP-TLS
  const pieces = [0, 200, 400].map(start => `EAP-Message += 0x${hex(eap.subarray(start, start + 200))}`);
  await using server = await serveOnLoopback(secret, request => ({
    code: 'Access-Challenge',
    attributes: splitEapMessage(joinEapMessage(request) ?? new Uint8Array()),
  }));

  const printed = await radclient({
    port: server.port,
    packet: 'auth',
    secret,
    attributes: ['User-Name = "alice"', ...pieces, signed],
  });

  t.deepEqual(server.packets[0] && joinEapMessage(server.packets[0]), eap);
  t.is(/Received[\s\S]*EAP-Message = 0x(\w+)/.exec(printed)?.[1], hex(eap));
});

test("our encoder makes the very bytes of radclient's requests", async t => {
  await using server = await serveOnLoopback(secret, ({code}) => ({
    code: answersTo[code] ?? 'CoA-NAK',
    attributes: [],
  }));
  const attributes = [signed, ...mab, 'Acct-Status-Type = Start', 'Event-Timestamp = 1667986860', 'State = 0x0102'];

  for (const packet of ['auth', 'acct', 'coa', 'disconnect'] as const) {
    await radclient({
      port: server.port,
      packet,
      secret,
      attributes: packet === 'auth' ? attributes : attributes.filter(line => !line.includes('Password')),
    });
  }

  t.deepEqual(server.refusals, []);
  t.is(server.datagrams.length, 4);
  for (const [index, {code, identifier, authenticator, attributes}] of server.packets.entries()) {
    if (!isRequest(code)) return t.fail(code);
    const {bytes: encoded} = encodeRequest({
      code,
      identifier,
      attributes: attributes.map(attribute => (attribute.type === 2 ? text('User-Password', mac) : attribute)),
      secret,
      randomBytes: () => authenticator,
    });
    t.deepEqual(encoded, server.datagrams[index], code);
  }
});

const answersTo: Partial<Record<RadiusCode, ResponseCode>> = {
  'Access-Request': 'Access-Accept',
  'Accounting-Request': 'Accounting-Response',
  'CoA-Request': 'CoA-ACK',
  'Disconnect-Request': 'Disconnect-ACK',
};

function isRequest(code: RadiusCode): code is RequestCode {
  return code.endsWith('-Request');
}

function hex(value: string | Uint8Array): string {
  return Buffer.from(value).toString('hex');
}
