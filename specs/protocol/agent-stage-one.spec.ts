// Stage 1 of discovery (domain.md 4.2): four probes at once, a redirect that names PSN and session, and stage 2 when nothing comes of it.
import test from 'ava';
import {decodeIdentity} from '#protocol/posture/exchange.ts';
import {encodeRedirectUrl} from '#protocol/posture/redirect-url.ts';
import {AgentBench, blocked, profile, psn1, psn2, sessionId} from '#specs/protocol/agent-bench.ts';

const gateway = '192.168.255.12';
const url = encodeRedirectUrl({host: psn1, port: 8444, sessionId, portal: 'p', token: '0'.repeat(32)});
const redirect = (location: string) => ({status: 302, headers: {location}, body: ''});
const notFound = {status: 404, headers: {}, body: ''};

function started(
  prepare: (bench: AgentBench) => void,
  settings: Parameters<typeof AgentBench.started>[0] = {},
): AgentBench {
  return AgentBench.started({stageOne: {gateway}, ...settings}, prepare);
}

/** The switch redirects all that is plain; PSNs answer as they do. */
const redirecting = (location: string) => (bench: AgentBench) => {
  bench.answer = (request, host, port) => (port === 80 ? redirect(location) : bench.psn.answer(request, host));
};

test('gateway, enroll host, discovery host and the PSN met last are asked at the same instant', t => {
  const bench = started(
    it => {
      it.network = () => blocked;
    },
    {knownPsns: [psn2, psn1], profile: profile({discoveryHost: 'discovery.example.com'})},
  );
  const asked = bench.effects.flatMap(effect =>
    effect.kind === 'http-ask' || effect.kind === 'https-open' ? [`${effect.host}:${effect.port}`] : [],
  );

  t.deepEqual(asked, [`${gateway}:80`, 'enroll.cisco.com:80', 'discovery.example.com:80', `${psn2}:8443`]);
  t.deepEqual(bench.of('discovery-started')[0]?.targets, [
    `http://${gateway}`,
    'http://enroll.cisco.com',
    'http://discovery.example.com',
    `https://${psn2}`,
  ]);
});

test('a redirect leads to its PSN and port, with its session, and what others are redirected to is not asked again', t => {
  const bench = started(redirecting(url));
  const [first, ...others] = bench.requests.filter(({port}) => port === 8444);

  t.is(others.length, 0);
  t.is(first && decodeIdentity(first.request).sessionId, sessionId);
  t.like(bench.of('redirect-received')[0], {target: `http://${gateway}`, url});
  t.like(bench.of('psn-found'), [{psn: psn1, sessionId}]);
  t.is(bench.view().status, 'Compliant');
  t.deepEqual(bench.of('stage-two-started'), []);
});

test('plain probes say nothing of the host', t => {
  const bench = started(redirecting(url));
  const plain = bench.requests.filter(({port}) => port === 80);

  t.is(plain.length, 2);
  for (const {request} of plain) {
    t.is(request.path, '/auth/discovery');
    t.deepEqual(decodeIdentity(request), {macs: [], addresses: [], sessionId: ''});
  }
});

test('the PSN met last needs no redirect', t => {
  const bench = started(
    it => {
      it.network = (_, port) => (port === 80 ? blocked : undefined);
    },
    {knownPsns: [psn2]},
  );

  t.true(bench.requests.some(({host, request}) => host === psn2 && request.path === '/auth/status'));
  t.is(bench.view().status, 'Compliant');
  t.deepEqual(bench.of('stage-two-started'), []);
});

test('a plain probe that meets silence is repeated once, then stage 2 begins', t => {
  const bench = started(it => {
    it.network = (_, port) => (port === 80 || port === 8449 ? blocked : undefined);
  });
  bench.elapse(5000);

  t.is(bench.effects.filter(effect => effect.kind === 'http-ask').length, 4);
  t.like(bench.of('stage-two-started'), [{targets: [`${psn1}:8443`, `${psn2}:8443`], atMs: 4000}]);
  t.is(bench.view().status, 'Compliant');
});

for (const [what, answer] of Object.entries({
  'a page': {status: 200, headers: {}, body: 'welcome'},
  'an error': notFound,
  'a redirect to a captive portal': redirect('http://login.hotel.example/'),
  'a redirect to web authentication': redirect(url.replace('action=cpp', 'action=cwa')),
  'a redirect without session': redirect(url.replace(sessionId, '')),
  'a redirect to nobody': redirect('https://[::1]:8443/portal/gateway?sessionId=C0A8FF0C00000012679EAF14&action=cpp'),
  'a redirect to no URL': redirect('\u0000'),
  'a redirect without a place': {status: 302, headers: {}, body: ''},
})) {
  test(`${what} is no redirect to a PSN, and stage 2 begins`, t => {
    const bench = started(it => {
      it.answer = (request, host, port) => (port === 80 ? answer : it.psn.answer(request, host));
    });

    t.deepEqual(bench.of('redirect-received'), []);
    t.is(bench.of('stage-two-started').length, 1);
    t.is(bench.view().status, 'Compliant');
  });
}

test('a PSN that is named by the redirect and not trusted is a failure, and stage 2 begins', t => {
  const bench = started(it => {
    redirecting(url)(it);
    it.network = (_, port) => (port === 8444 ? {reason: 'untrusted', detail: 'no'} : undefined);
  });

  t.like(bench.of('discovery-target-failed'), [{target: `https://${psn1}:8444`, reason: 'untrusted'}]);
  t.is(bench.of('stage-two-started').length, 1);
});

test('a rescan in the middle of stage 1 gives its probes up', t => {
  const bench = started(it => {
    it.network = () => blocked;
  });
  bench.tell({name: 'rescan'});

  t.is(bench.effects.filter(effect => effect.kind === 'https-abandon').length, 2);
});

test('the redirectless flow has no stage 1', t => {
  const bench = AgentBench.started();

  t.deepEqual(
    bench.effects.filter(effect => effect.kind === 'http-ask'),
    [],
  );
});
