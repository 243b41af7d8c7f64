// EAP at a policy node: another server ends it, the node's own policy decides what follows.
import test from 'ava';
import {address, avPair, avPairValue, bytes, readBytes, readText, text} from '#protocol/radius/attributes.ts';
import {joinEapMessage, splitEapMessage} from '#protocol/radius/eap-message.ts';
import {decodePacket, type RadiusAttribute, type RadiusPacket} from '#protocol/radius/packet.ts';
import {readRequest} from '#protocol/radius/request.ts';
import {encodeResponse} from '#protocol/radius/response.ts';
import {nadSocket, PsnBench, sessionId} from '#specs/protocol/psn-bench.ts';

const loopbackSecret = 'loopback';
const user = 'TRAINING\\bob';
const identity = Uint8Array.of(2, 1, 0, 5, 1);
const peap = Uint8Array.of(2, 7, 0, 6, 25, 0);
const tls = Uint8Array.of(2, 7, 0, 6, 13, 0);
const success = Uint8Array.of(3, 7, 0, 4);
const failure = Uint8Array.of(4, 7, 0, 4);

test('a supplicant that the EAP server accepts gets what the policy gives, and its keys under the secret of its switch', t => {
  const bench = new Bench();
  bench.askEap(peap);
  const key: RadiusAttribute = {vendor: 311, type: 17, value: new Uint8Array(50).fill(3)};
  const reply = bench.answer('Access-Accept', [text('User-Name', user), key, ...splitEapMessage(success)]);

  t.is(reply?.code, 'Access-Accept');
  t.deepEqual(reply && joinEapMessage(reply), success);
  t.regex((reply && avPairValue(reply, 'ACS:CiscoSecure-Defined-ACL')) ?? '', /^#ACSACL#-IP-/);
  const [sent] = reply?.attributes.filter(({vendor}) => vendor === 311) ?? [];
  t.deepEqual(sent?.value.subarray(0, 2), key.value.subarray(0, 2), 'the salt');
  t.notDeepEqual(sent?.value, key.value);
  t.like(bench.session(), {userName: user, sessionId, postureStatus: 'Unknown'});
  t.regex(bench.view().liveLog.at(-1)?.attributes['Step'] ?? '', /12306/);
});

test('only name, State and EAP go to the EAP server, and only State and EAP come back with a challenge', t => {
  const bench = new Bench();
  bench.askEap(identity);
  t.deepEqual(
    bench.asked.attributes.filter(({type}) => type !== 80).map(({type}) => type),
    [1, 79],
  );
  const reply = bench.answer('Access-Challenge', [
    bytes('State', Uint8Array.of(9)),
    text('Reply-Message', 'inside'),
    ...splitEapMessage(Uint8Array.of(1, 2, 0, 6, 25, 32)),
  ]);
  t.is(reply?.code, 'Access-Challenge');
  t.deepEqual(reply && readBytes(reply, 'State'), Uint8Array.of(9));
  t.is(reply && readText(reply, 'Reply-Message'), undefined);
});

const failures: [string, Uint8Array, string, number][] = [
  ['a wrong password', peap, 'mschap: MS-CHAP2-Response is incorrect', 22040],
  ['an unknown user', peap, 'mschap: FAILED: No NT-Password. Cannot perform authentication', 22056],
  ['a client that does not trust the node, PEAP', peap, 'eap_peap: (TLS) Alert read:fatal:unknown CA', 12321],
  ['a client that does not trust the node, EAP-TLS', tls, 'eap_tls: (TLS) Alert read:fatal:unknown CA', 12520],
  ['an unknown CA', tls, 'eap_tls: (TLS) OpenSSL says error 20 : unable to get local issuer certificate', 12514],
  ['an expired certificate', tls, 'eap_tls: (TLS) OpenSSL says error 10 : certificate has expired', 12516],
  ['anything else', identity, 'eap: Malformed', 11500],
];
for (const [what, eap, said, code] of failures) {
  test(`the live log calls ${what} ${code}`, t => {
    const bench = new Bench();
    bench.askEap(eap);
    const reply = bench.answer('Access-Reject', [text('Reply-Message', said), ...splitEapMessage(failure)]);
    t.is(reply?.code, 'Access-Reject');
    t.deepEqual(reply && joinEapMessage(reply), failure);
    const row = bench.view().liveLog.at(-1);
    t.like(row, {code: 5400, attributes: {UserName: user, CPMSessionID: sessionId}});
    t.true(row?.attributes['Failure Reason']?.startsWith(`${code} `));
    t.is(bench.session(), undefined, 'no session is made');
  });
}

test('a name of bytes that are no text goes to the EAP server as it came', t => {
  const bench = new Bench();
  const name = new Uint8Array(253).fill(0xff);
  bench.askEap(identity, bytes('User-Name', name));
  t.deepEqual(readBytes(bench.asked, 'User-Name'), name);
});

test('somebody who is who he says, and whom the policy wants not, gets an EAP-Failure', t => {
  const bench = new Bench();
  bench.command({name: 'save-policy', rules: []});
  bench.askEap(peap);
  const reply = bench.answer('Access-Accept', [text('User-Name', user), ...splitEapMessage(success)]);
  t.is(reply?.code, 'Access-Reject');
  t.deepEqual(reply && joinEapMessage(reply), failure);
});

test('while the EAP server is silent so is the node; it passes retransmissions on, and gives up after 30 seconds', t => {
  const bench = new Bench();
  const request = bench.askEap(peap);
  const first = bench.forwarded.at(-1);
  bench.handle({kind: 'datagram', localPort: 1812, from: nadSocket, bytes: request.bytes});
  t.is(bench.forwarded.length, 2);
  t.deepEqual(bench.forwarded.at(-1), first);
  bench.elapse(30_000);
  t.is(bench.effects.filter(({kind}) => kind === 'send').length, 0);
  t.like(bench.of('radius-request-dropped'), [{reason: 'the EAP server of this node does not answer'}]);
  t.is(
    bench.answer('Access-Accept', splitEapMessage(success)),
    undefined,
    'an answer that comes after that is nobody’s',
  );
});

test('a forged answer of the EAP server changes nothing', t => {
  const bench = new Bench();
  bench.askEap(peap);
  t.is(bench.answer('Access-Accept', splitEapMessage(success), 'other'), undefined);
  t.is(bench.answer('Access-Accept', splitEapMessage(success))?.code, 'Access-Accept');
});

test('a supplicant that does not go on is in the live log after two minutes: 5411', t => {
  const bench = new Bench();
  bench.askEap(identity);
  bench.answer('Access-Challenge', [bytes('State', Uint8Array.of(9)), ...splitEapMessage(Uint8Array.of(1, 2, 0, 4))]);
  bench.elapse(119_999);
  t.false(bench.view().liveLog.some(({code}) => code === 5411));
  bench.elapse(1);
  t.like(bench.view().liveLog.at(-1), {
    code: 5411,
    attributes: {UserName: user, 'Calling-Station-ID': '00:50:56:A8:BE:02'},
  });
});

test('a supplicant that begins anew has abandoned what it had begun: 5440, and no 5411 later', t => {
  const bench = new Bench();
  bench.askEap(identity);
  bench.answer('Access-Challenge', [bytes('State', Uint8Array.of(9)), ...splitEapMessage(Uint8Array.of(1, 2, 0, 4))]);
  bench.askEap(identity);
  bench.answer('Access-Accept', [text('User-Name', user), ...splitEapMessage(success)]);
  bench.elapse(300_000);
  t.deepEqual(
    bench.view().liveLog.map(({code}) => code),
    [5440, 5200],
  );
});

/** A node with an EAP server that a spec speaks for. */
class Bench extends PsnBench {
  #request: ReturnType<PsnBench['encode']> | undefined;

  constructor() {
    super({eapServer: {port: 18_120, secret: loopbackSecret, users: []}});
  }

  get forwarded(): Uint8Array[] {
    return this.effects.flatMap(effect => (effect.kind === 'ask-eap-server' ? [effect.bytes] : []));
  }

  get asked(): RadiusPacket {
    const read = readRequest(this.forwarded.at(-1) ?? new Uint8Array(), loopbackSecret);
    if (!read.ok) throw new Error(read.reason);
    return read.packet;
  }

  askEap(eap: Uint8Array, name = text('User-Name', user)): ReturnType<PsnBench['encode']> {
    this.#request = this.encode('Access-Request', [
      name,
      text('Calling-Station-Id', '00-50-56-A8-BE-02'),
      address('NAS-IP-Address', nadSocket.address),
      avPair(`audit-session-id=${sessionId}`),
      ...splitEapMessage(eap),
    ]);
    this.deliver('Access-Request', this.#request.bytes);
    return this.#request;
  }

  /** The node's reply to the switch, if there is one. */
  answer(
    code: 'Access-Accept' | 'Access-Challenge' | 'Access-Reject',
    attributes: RadiusAttribute[],
    secret = loopbackSecret,
  ): RadiusPacket | undefined {
    const answer = encodeResponse({request: this.asked, code, attributes, secret});
    const effects = this.handle({kind: 'eap-server-datagram', bytes: answer});
    const [sent] = effects.flatMap(effect => (effect.kind === 'send' ? [effect.bytes] : []));
    return sent && decodePacket(sent);
  }
}
