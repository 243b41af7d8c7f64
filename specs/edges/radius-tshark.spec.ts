// Wireshark's dissector has never seen our codec: it reads our packets, checks our responses, and shows our hidden password.
import {randomBytes} from 'node:crypto';
import test from 'ava';
import {address, avPair, bytes, number, text} from '#protocol/radius/attributes.ts';
import {errorCauses} from '#protocol/radius/error-cause.ts';
import {decodePacket, type RadiusAttribute, radiusCodes} from '#protocol/radius/packet.ts';
import {encodeRequest, type RequestCode} from '#protocol/radius/request.ts';
import {encodeResponse, type ResponseCode} from '#protocol/radius/response.ts';
import {type Datagram, dissect} from '#specs/edges/radius-capture.ts';

const secret = 'posturelab-radius-secret';
const mac = '005056a8be02';
const sessionId = 'C0A8FF0C00000012679EAF14';

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
    t.is(datagrams[index]?.bytes[0], Number(code));
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

test('tshark is no yes-man: it finds EAP that is shorter than it says malformed', async t => {
  const identity = Uint8Array.of(2, 1, 0, 9, 1, ...Buffer.from('bob')); // RFC 3748 4: the length counts one byte more than there is
  const datagrams = converse(1812, 'Access-Request', 'Access-Accept', [bytes('EAP-Message', identity)]);
  const [[malformed] = [], [good] = []] = await dissect(datagrams, secret, ['_ws.malformed']);

  t.regex(malformed ?? '', /EAP/i);
  t.is(good, '');
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
