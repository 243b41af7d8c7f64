// Client provisioning in the redirect flow (domain.md 4.1, 8.1): the portal's profile is fetched, installed and in force before the checks.
import test from 'ava';
import {decodeIdentity, encodeDiscoveryAnswer, profilePath} from '#protocol/posture/exchange.ts';
import {encodeRedirectUrl} from '#protocol/posture/redirect-url.ts';
import {AgentBench, profile, psn1, sessionId} from '#specs/protocol/agent-bench.ts';

const gateway = '192.168.255.12';
const url = encodeRedirectUrl({host: psn1, port: 8444, sessionId, portal: 'p', token: '0'.repeat(32)});
const old = {...profile({stateSyncProbeIntervalS: null}), digest: 'old'};

/** An agent that is redirected to a portal whose profile has the digest `new`. */
function redirected(answer: 'xml' | 'missing' | 'silence' = 'xml'): AgentBench {
  return AgentBench.started({stageOne: {gateway}, profile: old}, it => {
    it.answer = (request, host, port) => {
      if (port === 80) return {status: 302, headers: {location: url}, body: ''};
      if (request.path === profilePath && answer === 'silence') return {reason: 'timeout', detail: ''};
      if (request.path === profilePath) return {status: answer === 'xml' ? 200 : 404, headers: {}, body: '<cfg/>'};
      if (port === 8444)
        return encodeDiscoveryAnswer({sessionId, owner: psn1, status: 'Unknown', probePort: 8500, profile: 'new'});
      return it.psn.answer(request, host);
    };
  });
}

const installs = (bench: AgentBench) => bench.effects.filter(effect => effect.kind === 'install-profile');
const provisioned = {...profile({stateSyncProbeIntervalS: 20}), digest: 'new'} as const;

test('another profile is fetched from the portal that was redirected to, and discovery waits for it', t => {
  const bench = redirected();
  const fetched = bench.requests.filter(({request}) => request.path === profilePath);

  t.deepEqual(
    fetched.map(({host, port}) => `${host}:${port}`),
    [`${psn1}:8444`],
  );
  t.like(installs(bench), [{xml: '<cfg/>'}]);
  t.deepEqual(bench.of('psn-found'), []);
});

test('what was installed is in force for the checks, the report and state sync', t => {
  const bench = redirected();
  bench.give({kind: 'profile-installed', profile: provisioned});
  bench.elapse(1000);

  t.like(bench.of('profile-provisioned'), [{portal: `${psn1}:8444`, intervalS: 20}]);
  t.like(bench.of('sync-started'), [{intervalMs: 20_000, port: 8500}]);
  const report = bench.requests.find(({request}) => request.method === 'POST');
  t.is(report && decodeIdentity(report.request).profile, 'new');
});

test('the same profile is not fetched again after it was installed', t => {
  const bench = redirected();
  bench.give({kind: 'profile-installed', profile: provisioned});
  bench.elapse(1000);
  bench.tell({name: 'rescan'});
  bench.elapse(1000);

  t.is(installs(bench).length, 1);
  t.is(bench.view().status, 'Compliant');
});

for (const answer of ['missing', 'silence'] as const) {
  test(`a profile that is not to be had (${answer}) leaves the old one in force`, t => {
    const bench = redirected(answer);
    bench.elapse(6000);

    t.is(bench.of('provisioning-failed').length, 1);
    t.is(bench.view().status, 'Compliant');
    t.like(bench.of('sync-off'), [{reason: 'interval-absent'}]);
  });
}

test('a profile that is refused leaves the old one in force', t => {
  const bench = redirected();
  bench.give({kind: 'profile-installed', profile: {kind: 'refused', problems: []}});
  bench.elapse(1000);

  t.like(bench.of('provisioning-failed'), [{reason: 'it is no usable profile'}]);
  t.like(bench.of('sync-off'), [{reason: 'interval-absent'}]);
});

test('a restart of the service keeps what was provisioned', t => {
  const bench = redirected();
  bench.give({kind: 'profile-installed', profile: provisioned});
  bench.elapse(1000);
  bench.tell({name: 'restart-service'});
  bench.elapse(1000);

  t.is(bench.of('service-started').at(-1)?.intervalS, 20);
  t.is(installs(bench).length, 1);
});

test('a profile that comes when nobody waits for it changes nothing', t => {
  const bench = redirected();
  bench.tell({name: 'rescan'});
  const before = bench.view().profile;
  bench.give({kind: 'profile-installed', profile: provisioned});

  t.deepEqual(bench.view().profile, before);
});

test('without a redirect nothing is provisioned', t => {
  const bench = AgentBench.started({profile: old}, it => {
    it.answer = (request, host, port) =>
      port === 8443
        ? encodeDiscoveryAnswer({sessionId, owner: psn1, status: 'Unknown', probePort: 8449, profile: 'new'})
        : it.psn.answer(request, host);
  });

  t.deepEqual(installs(bench), []);
  t.is(bench.view().status, 'Compliant');
});

test('on a Wi-Fi without 802.1X nothing is looked for, unless the profile says so', t => {
  const still = AgentBench.started({wireless: true});
  t.is(still.view().state, 'SCAN_NOT_REQUIRED');
  t.deepEqual(still.of('discovery-started'), []);
  t.regex(still.log.at(-1) ?? '', /Compliant:3,.*"System scan not required on current Wi-Fi\."/);

  const scanning = AgentBench.started({wireless: true, profile: profile({operateOnNonDot1XWireless: true})});
  t.is(scanning.view().status, 'Compliant');
});
