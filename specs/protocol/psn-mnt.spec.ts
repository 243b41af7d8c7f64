// CoA by the MnT REST API (domain.md 6.8, 11.36): exact in path and case, for the node with the persona, and for its own sessions.
import test from 'ava';
import type {HttpRequest} from '#protocol/http.ts';
import {readAvPairs} from '#protocol/radius/attributes.ts';
import {mac, PsnBench} from '#specs/protocol/psn-bench.ts';

const credentials = {authorization: `Basic ${Buffer.from('admin:posturelab').toString('base64')}`};

function call(bench: PsnBench, path: string, headers: Record<string, string> = credentials) {
  const request: HttpRequest = {method: 'GET', path: `/admin/API/mnt/CoA/${path}`, headers, body: ''};
  return bench.ask(443, request);
}

function authenticated(): PsnBench {
  const bench = new PsnBench();
  bench.authenticate();
  return bench;
}

for (const [path, kind, pairs] of [
  [`Reauth/psn1/${mac}/1`, 'CoA-Request', ['subscriber:command=reauthenticate', 'subscriber:reauthenticate-type=last']],
  [`Reauth/psn1/${mac}/2`, 'CoA-Request', ['subscriber:reauthenticate-type=rerun']],
  [`Reauth/psn1.posturelab.test/${mac}/0`, 'CoA-Request', ['subscriber:command=reauthenticate']],
  [`Disconnect/psn1/${mac}/0`, 'Disconnect-Request', []],
  [`Disconnect/psn1/${mac}/1`, 'CoA-Request', ['subscriber:command=bounce-host-port']],
  [`Disconnect/psn1/${mac}/2`, 'CoA-Request', ['subscriber:command=disable-host-port']],
] as const) {
  test(`${path} sends the ${kind} that it names`, t => {
    const bench = authenticated();
    const answer = call(bench, path);
    const [sent] = bench.coaRequests();

    t.is(answer.status, 200);
    t.regex(answer.body, /<remoteCoA requestType="(reauth|disconnect)"><results>true<\/results><\/remoteCoA>$/);
    t.is(sent?.packet.code, kind);
    for (const pair of pairs) t.true(sent && readAvPairs(sent.packet).includes(pair), pair);
  });
}

for (const [what, path] of Object.entries({
  'a lower-case MAC': `Reauth/psn1/${mac.toLowerCase()}/1`,
  'a MAC with hyphens': `Reauth/psn1/${mac.replaceAll(':', '-')}/1`,
  'an option that is none': `Reauth/psn1/${mac}/3`,
  'another case': `reauth/psn1/${mac}/1`,
  'no option': `Reauth/psn1/${mac}`,
  markup: 'Reauth/psn1/<b>/1',
})) {
  test(`${what} is refused with 34110, and nothing is sent`, t => {
    const bench = authenticated();
    const answer = call(bench, path);

    t.true(answer.status >= 400);
    t.regex(answer.body, /<mnt-rest-result>.*<cpm-code>34110<\/cpm-code>/);
    t.false(answer.body.includes('<b>'));
    t.deepEqual(bench.coaRequests(), []);
  });
}

test('a node without the persona refuses, whoever is meant', t => {
  const bench = new PsnBench({mnt: {isPersona: false, credentials: credentials.authorization.slice(6)}});
  bench.authenticate();

  t.is(call(bench, `Reauth/psn1/${mac}/1`).status, 500);
  t.deepEqual(bench.coaRequests(), []);
});

test('without the right credentials there is no answer but the question for them', t => {
  const bench = authenticated();

  for (const headers of [{}, {authorization: 'Basic x'}] as Record<string, string>[]) {
    t.like(call(bench, `Reauth/psn1/${mac}/1`, headers), {status: 401, body: ''});
  }
  t.deepEqual(bench.coaRequests(), []);
});

test('a session that is not known, or another node’s, gives false', t => {
  const bench = authenticated();

  t.regex(call(bench, 'Reauth/psn1/00:50:56:00:00:01/1').body, /<results>false/);
  t.regex(call(bench, `Reauth/psn2/${mac}/1`).body, /<results>false/);
  t.deepEqual(bench.coaRequests(), []);
});
