// The client provisioning portal: a page for browsers, a profile for agents, custom portals with ports of their own (domain.md 4.2, 8.3).
import test from 'ava';
import type {HttpRequest} from '#protocol/http.ts';
import {
  decodeDiscoveryAnswer,
  encodeDiscoveryRequest,
  encodeProbeRequest,
  encodeReportRequest,
  profilePath,
} from '#protocol/posture/exchange.ts';
import {profileDigest} from '#protocol/posture/profile-digest.ts';
import {decodeRedirectUrl} from '#protocol/posture/redirect-url.ts';
import {httpsPortsOf} from '#protocol/psn/portals.ts';
import {readAvPairs} from '#protocol/radius/attributes.ts';
import {agent, mac, PsnBench, reportOf, sessionId, settingsOf} from '#specs/protocol/psn-bench.ts';

const host = 'psn1.posturelab.test';
const custom = {name: 'Custom', id: 'c7d1e0b2-8f3a-4c55-a1f6-90e4d2b7c802', httpsPort: 8444, bidirectionalPort: 8500};
const xml = '<cfg><StateSyncProbeInterval>60</StateSyncProbeInterval></cfg>';
const get = (path: string): HttpRequest => ({method: 'GET', path, headers: {host}, body: ''});

function redirecting(portal: string): PsnBench {
  const {policy} = settingsOf();
  const profiles = policy.profiles.map(each =>
    each.name === 'Unknown-AP' ? {...each, redirect: {acl: 'ACL-REDIRECT', portal}} : each,
  );
  return new PsnBench({customPortals: [custom], agentProfile: xml, policy: {...policy, profiles}});
}

const urlIn = (pairs: string[]) =>
  decodeRedirectUrl(pairs.find(pair => pair.startsWith('url-redirect='))?.slice('url-redirect='.length) ?? '');

test('the Access-Accept for Unknown has list and URL, that for Compliant has neither', t => {
  const bench = redirecting('Client Provisioning Portal (default)');
  const unknown = bench.authenticate();
  const pairs = unknown ? readAvPairs(unknown) : [];

  t.true(pairs.includes('url-redirect-acl=ACL-REDIRECT'));
  t.like(urlIn(pairs), {host, port: 8443, sessionId});
  t.regex(urlIn(pairs)?.token ?? '', /^[0-9a-f]{32}$/);
  bench.account(1);
  bench.report(true);
  bench.answerCoa('CoA-ACK');
  const compliant = bench.authenticate();
  t.false(compliant ? readAvPairs(compliant).some(pair => pair.startsWith('url-redirect')) : true);
});

test('a custom portal is named with its port and id; one that is gone is the default one', t => {
  const named = redirecting('Custom').authenticate();
  const gone = redirecting('Gone').authenticate();

  t.like(urlIn(named ? readAvPairs(named) : []), {port: 8444, portal: custom.id});
  t.like(urlIn(gone ? readAvPairs(gone) : []), {port: 8443});
});

test('the portal that is asked says where probes go, and they are answered there', t => {
  const bench = redirecting('Custom');
  bench.connect();
  const portOf = (port: number) =>
    decodeDiscoveryAnswer(bench.ask(port, encodeDiscoveryRequest(agent, host)))?.probePort;

  t.is(portOf(8443), 8449);
  t.is(portOf(8444), 8500);
  for (const port of [8449, 8500]) t.is(bench.ask(port, encodeProbeRequest(agent, host)).status, 200);
  t.is(bench.ask(8444, encodeProbeRequest(agent, host)).status, 404);
});

test('a node listens on the ports of all portals, on each once', t => {
  const ports = httpsPortsOf(settingsOf({customPortals: [custom, {...custom, bidirectionalPort: 8449}]}));

  t.deepEqual(ports.toSorted(), [443, 8443, 8444, 8449, 8500, 8671, 8905]);
  t.deepEqual(
    httpsPortsOf(settingsOf({ports: {...settingsOf().ports, probe: null}})).toSorted(),
    [443, 8443, 8671, 8905],
  );
});

test('a browser sees its session on the page, and a link to the profile', t => {
  const bench = redirecting('Custom');
  bench.connect();
  const page = bench.ask(8444, get(`/portal/gateway?sessionId=${sessionId}&portal=${custom.id}&action=cpp`));

  t.is(page.status, 200);
  t.regex(page.headers['content-type'] ?? '', /^text\/html/);
  for (const text of [sessionId, mac, 'Unknown', profilePath]) t.true(page.body.includes(text), text);
  t.is(bench.ask(8443, get('/')).status, 200);
});

test('what a browser sends does not come back as markup, and an unknown session is told', t => {
  const bench = redirecting('Custom');
  const page = bench.ask(8443, get('/portal/gateway?sessionId=<script>alert(1)</script>'));

  t.is(page.status, 404);
  t.false(page.body.includes('<script'));
});

test('the profile is there as a file, on portals only', t => {
  const bench = redirecting('Custom');

  t.like(bench.ask(8443, get(profilePath)), {status: 200, body: xml});
  t.is(bench.ask(8905, get(profilePath)).status, 404);
  t.is(bench.ask(8449, get('/')).status, 404);
  t.is(new PsnBench().ask(8443, get(profilePath)).status, 404);
});

test('discovery tells the profile’s digest, and a report with another one is flagged until one with it comes', t => {
  const bench = redirecting('Custom');
  bench.connect();
  t.is(decodeDiscoveryAnswer(bench.ask(8443, encodeDiscoveryRequest(agent, host)))?.profile, profileDigest(xml));

  const report = (profile: string) => bench.ask(8905, encodeReportRequest({...agent, profile}, host, reportOf([])));
  report('');
  t.like(bench.of('provisioning-mismatch'), [{sessionId, mac}]);
  t.deepEqual(bench.view().provisioningMismatches, [mac]);
  report(profileDigest(xml));
  t.deepEqual(bench.view().provisioningMismatches, []);
});
