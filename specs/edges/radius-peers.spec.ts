// Our codec on both sides could be wrong in the same way. Here one side is Debian's radclient, or Wireshark's dissector judges.
import {randomBytes} from 'node:crypto';
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
import {decodePacket, type RadiusAttribute, radiusCodes} from '#protocol/radius/packet.ts';
import {encodeRequest, type RequestCode} from '#protocol/radius/request.ts';
import {encodeResponse, type ResponseCode} from '#protocol/radius/response.ts';
import {readUserPassword} from '#protocol/radius/user-password.ts';
import {type Datagram, dissect} from '#specs/edges/radius-capture.ts';
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
  const password = 'x'.repeat(16) + 'y'.repeat(16) + 'correct horse';
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

test('an EAP packet of 600 bytes reaches us in pieces, and radclient again', async t => {
  const eap = Uint8Array.from({length: 600}, (_, index) => index % 251);
  eap.set([2, 1, 600 >> 8, 600 & 0xff, 13]); // a Response, of type EAP-TLS
  await using server = await serveOnLoopback(secret, request => ({
    code: 'Access-Challenge',
    attributes: splitEapMessage(joinEapMessage(request) ?? new Uint8Array()),
  }));

  const printed = await radclient({
    port: server.port,
    packet: 'auth',
    secret,
    attributes: ['User-Name = "alice"', `EAP-Message = 0x${Buffer.from(eap).toString('hex')}`, signed],
  });

  t.deepEqual(server.packets[0] && joinEapMessage(server.packets[0]), eap);
  const pieces = [...printed.slice(printed.indexOf('Received')).matchAll(/EAP-Message = 0x(\w+)/g)];
  t.is(pieces.map(([, piece]) => piece).join(''), Buffer.from(eap).toString('hex'));
});

const attributesOfAll: RadiusAttribute[] = [
  text('User-Name', mac),
  text('NAS-Port-Id', 'FastEthernet0/12'),
  address('Framed-IPv6-Address', '2001:db8::193'),
  number('Error-Cause', errorCauses.sessionContextNotFound),
  avPair(`audit-session-id=${sessionId}`),
  avPair('subscriber:command=reauthenticate'),
  {type: 7, vendor: 311, value: new Uint8Array(20)},
  {type: 250, value: new Uint8Array(10)},
];

const conversations: {port: number; request: RequestCode; responses: ResponseCode[]}[] = [
  {port: 1812, request: 'Access-Request', responses: ['Access-Accept', 'Access-Reject', 'Access-Challenge']},
  {port: 1813, request: 'Accounting-Request', responses: ['Accounting-Response']},
  {port: 1700, request: 'CoA-Request', responses: ['CoA-ACK', 'CoA-NAK']},
  {port: 3799, request: 'Disconnect-Request', responses: ['Disconnect-ACK', 'Disconnect-NAK']},
];

test('tshark finds all our packets well-formed, and every response validly signed', async t => {
  const datagrams = conversations.flatMap(({port, request, responses}) =>
    responses.flatMap(code => converse(port, request, code)),
  );
  const rows = await dissect(datagrams, secret, [
    'radius.code',
    'radius.authenticator.valid',
    'radius.User_Name',
    'radius.NAS_Port_Id',
    'radius.Cisco_AVPair',
    'radius.Error_Cause',
    'radius.Framed_IPv6_Address',
    '_ws.malformed',
    '_ws.expert.message',
  ]);

  t.is(rows.length, 16);
  for (const [index, [code, valid, user, port, pairs, cause, ipv6, malformedBy, expert]] of rows.entries()) {
    const isResponse = index % 2 === 1;
    t.is(Number(code), datagrams[index]?.bytes[0]);
    if (isResponse) t.regex(valid ?? '', /^(1|True)$/, `response ${code}`);
    t.is(user, mac);
    t.is(port, 'FastEthernet0/12');
    t.is(pairs, `audit-session-id=${sessionId}|subscriber:command=reauthenticate`);
    t.is(cause, '503');
    t.is(ipv6, '2001:db8::193');
    t.is(malformedBy, '', `packet ${index}`);
    t.is(expert, '', `packet ${index}`);
  }
});

test('tshark shows the password of our Access-Request with the secret, and hides it with another', async t => {
  const datagrams = converse(1812, 'Access-Request', 'Access-Accept', [text('User-Password', 'correct horse battery')]);
  const [[shown] = []] = await dissect(datagrams, secret, ['radius.User_Password']);
  const [[hidden] = []] = await dissect(datagrams, 'other', ['radius.User_Password']);

  t.is(shown, 'correct horse battery');
  t.not(hidden, 'correct horse battery');
});

test('tshark is no yes-man: it finds a changed response invalid', async t => {
  const [request, response] = converse(1812, 'Access-Request', 'Access-Accept');
  if (request === undefined || response === undefined) return t.fail();
  const changed = {...response, bytes: response.bytes.with(-1, 1)};
  const [, [valid, invalid] = []] = await dissect([request, changed], secret, [
    'radius.authenticator.valid',
    'radius.authenticator.invalid',
  ]);

  t.notRegex(valid ?? '', /^(1|True)$/);
  t.regex(invalid ?? '', /^(1|True)$/);
});

/** One request and its response, both with all attributes. */
function converse(
  port: number,
  request: RequestCode,
  code: ResponseCode,
  attributes: RadiusAttribute[] = attributesOfAll,
): Datagram[] {
  const asked = encodeRequest({code: request, identifier: radiusCodes[code], attributes, secret, randomBytes});
  const answer = encodeResponse({request: decodePacket(asked.bytes), code, attributes: attributesOfAll, secret});
  return [
    {from: 'client', port, bytes: asked.bytes},
    {from: 'server', port, bytes: answer},
  ];
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}
