// For any sequence of inputs: a latch holds, timers are neither lost nor spun, and everything is answered exactly once.
import test from 'ava';
import fc from 'fast-check';
import {Agent} from '#protocol/agent/agent.ts';
import type {AgentCommand, AgentEffect, AgentInput, AgentView} from '#protocol/agent/contract.ts';
import {readProfile} from '#protocol/agent/profile.ts';
import type {HttpsFailure} from '#protocol/http.ts';
import {
  encodeDiscoveryAnswer,
  encodeRequirementsAnswer,
  encodeStatusAnswer,
  questionOf,
} from '#protocol/posture/exchange.ts';
import {postureStatuses} from '#protocol/posture/status.ts';
import {benchSettings, firewallOn, profile, psn1, sessionId} from '#specs/protocol/agent-bench.ts';

const seed = 58316;

type Move =
  | {kind: 'wait'; ms: number}
  | {kind: 'wake'}
  | {kind: 'input'; input: AgentInput}
  | {kind: 'command'; command: AgentCommand}
  /** News of one of the connections under way, or of one that nobody knows. `next`: it opens, or is answered. */
  | {kind: 'news'; of: number; news: 'next' | 'garbled' | HttpsFailure['reason']; status: number};

for (const spec of [
  {title: 'a latched agent never probes, and raises one [Error] line in its life', check: keepsTheLatch},
  {title: 'a wake is never asked for in the past, and none is lost', check: keepsItsTimers},
  {title: 'a command has one answer, a connection one request, an opened one an end', check: answersOnce},
]) {
  test(`${spec.title}, seed ${seed}`, t => {
    fc.assert(
      fc.property(
        fc.array(moves(), {minLength: 20, maxLength: 120}),
        fc.boolean(),
        (sequence, probeWhenNonCompliant) => {
          const run = new Run(probeWhenNonCompliant);
          for (const move of sequence) {
            run.make(move);
            spec.check(run);
          }
        },
      ),
      {seed, numRuns: 1500},
    );
    t.pass();
  });
}

test(`random sequences do reach the latch and discovery's restart, seed ${seed}`, t => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(fc.array(moves(), {minLength: 20, maxLength: 120}), sequence => {
      const run = new Run(false);
      for (const move of sequence) {
        run.make(move);
        for (const effect of run.last) if (effect.kind === 'record') reached.add(effect.event.kind);
      }
    }),
    {seed, numRuns: 1500},
  );
  for (const kind of [
    'sync-disabled',
    'discovery-restarted',
    'probe-unusable',
    'remediation-started',
    'gate-reached',
  ]) {
    t.true(reached.has(kind), kind);
  }
});

function keepsTheLatch(run: Run): void {
  const probes = run.last.filter(effect => effect.kind === 'https-open' && effect.port === 8449);
  const requests = run.last.filter(effect => effect.kind === 'https-send' && questionOf(effect.request) === 'probe');
  if (run.wasLatched && !run.hasRestarted && probes.length + requests.length > 0)
    throw new Error('a latched agent probes');
  if (run.errors > run.latches) throw new Error('an [Error] line without a wrong configuration');
  if (run.latches > 1) throw new Error('two wrong configurations in one life');
}

function keepsItsTimers(run: Run): void {
  const wakeAtMs = run.agent.wakeAtMs();
  if (run.wokeAtMs !== undefined && wakeAtMs !== undefined && wakeAtMs <= run.wokeAtMs)
    throw new Error(`spins at ${wakeAtMs}`);
  if (wakeAtMs !== undefined && !Number.isFinite(wakeAtMs)) throw new Error(`wakes at ${wakeAtMs}`);
  const {state, sync, held} = run.view();
  const isAlive = wakeAtMs !== undefined || run.underWay.length > 0 || held.length > 0;
  const mustMove = !['BOOT', 'COMPLIANT', 'NONCOMPLIANT'].includes(state) && run.isLinked;
  if (mustMove && !isAlive) throw new Error(`stuck in ${state}`);
  if (['ARMED', 'PROBING', 'WAITING'].includes(sync.state) && !isAlive) throw new Error(`stuck in ${sync.state}`);
}

function answersOnce(run: Run): void {
  const answers = run.last.filter(effect => effect.kind === 'reply' || effect.kind === 'refuse');
  if (answers.length !== run.commandsGiven) throw new Error(`${answers.length} answers`);
  for (const effect of run.last) {
    if (effect.kind !== 'https-send') continue;
    if (!run.opened.has(effect.connectionId)) throw new Error('a request over a connection that is not open');
    if (run.sent.has(effect.connectionId)) throw new Error('two requests over one connection');
    run.sent.add(effect.connectionId);
  }
  if (run.underWay.length > 60) throw new Error('connections pile up');
}

/** An agent, the connections it has under way, and what came of the last input. */
class Run {
  readonly agent: Agent;
  nowMs = 0;
  last: AgentEffect[] = [];
  underWay: Extract<AgentEffect, {kind: 'https-open'}>[] = [];
  readonly opened = new Set<string>();
  readonly sent = new Set<string>();
  readonly #requests = new Map<string, Extract<AgentEffect, {kind: 'https-send'}>>();
  latches = 0;
  errors = 0;
  wasLatched = false;
  hasRestarted = false;
  isLinked = true;
  commandsGiven = 0;
  /** The instant, if the last input was a wake that was due. */
  wokeAtMs: number | undefined;

  constructor(probeWhenNonCompliant: boolean) {
    this.agent = new Agent({...benchSettings(), probeWhenNonCompliant});
    this.#give({kind: 'start'});
  }

  make(move: Move): void {
    this.last = [];
    this.commandsGiven = 0;
    this.wokeAtMs = undefined;
    switch (move.kind) {
      case 'wait':
        this.nowMs = Math.min(this.nowMs + move.ms, this.agent.wakeAtMs() ?? Number.POSITIVE_INFINITY);
        if (this.nowMs >= (this.agent.wakeAtMs() ?? Number.POSITIVE_INFINITY)) this.#give({kind: 'wake'});
        break;
      case 'wake':
        this.nowMs = Math.max(this.nowMs, this.agent.wakeAtMs() ?? 0);
        this.#give({kind: 'wake'});
        break;
      case 'input':
        if (move.input.kind === 'link') this.isLinked = move.input.addresses.length > 0 && move.input.up;
        this.#give(move.input);
        break;
      case 'command':
        this.#give({kind: 'command', id: 'c', command: move.command});
        break;
      case 'news':
        this.#tellNews(move);
    }
  }

  view(): AgentView {
    const [answer] = this.agent.handle({kind: 'command', id: 'view', command: {name: 'view'}}, this.nowMs);
    if (answer?.kind !== 'reply') throw new Error('no view');
    return answer.result as AgentView;
  }

  #tellNews({of, news, status}: Extract<Move, {kind: 'news'}>): void {
    const connectionId = this.underWay[of % (this.underWay.length + 1)]?.connectionId ?? 'nobody';
    const request = this.#requests.get(connectionId)?.request;
    if (news === 'next' && !this.opened.has(connectionId)) {
      this.opened.add(connectionId);
      this.#give({kind: 'https-opened', connectionId});
      return;
    }
    if (news === 'next' && request === undefined) return; // it has not asked yet
    this.underWay = this.underWay.filter(open => open.connectionId !== connectionId);
    if (news === 'next' && request !== undefined) {
      this.#give({kind: 'https-response', connectionId, response: responseTo(questionOf(request), status)});
    } else if (news === 'garbled') {
      this.#give({kind: 'https-response', connectionId, response: {status: 500, headers: {}, body: '{'}});
    } else if (news !== 'next') {
      this.#give({kind: 'https-failed', connectionId, failure: {reason: news, detail: 'news'}});
    }
  }

  #give(input: AgentInput): void {
    const wakeAtMs = this.agent.wakeAtMs();
    this.wokeAtMs = input.kind === 'wake' && wakeAtMs !== undefined && wakeAtMs <= this.nowMs ? this.nowMs : undefined;
    this.wasLatched = this.latches > 0;
    this.hasRestarted = false;
    this.commandsGiven = input.kind === 'command' ? 1 : 0;
    this.last = this.agent.handle(input, this.nowMs);
    for (const effect of this.last) this.#note(effect);
  }

  #note(effect: AgentEffect): void {
    if (effect.kind === 'https-open') this.underWay.push(effect);
    if (effect.kind === 'https-send') this.#requests.set(effect.connectionId, effect);
    if (effect.kind === 'https-abandon') {
      this.underWay = this.underWay.filter(open => open.connectionId !== effect.connectionId);
    }
    if (effect.kind === 'log' && effect.line.slice(20).startsWith('[Error]')) this.errors += 1;
    if (effect.kind !== 'record') return;
    if (effect.event.kind === 'sync-disabled') this.latches += 1;
    if (effect.event.kind === 'service-started') {
      this.hasRestarted = true;
      this.latches = 0;
      this.errors = 0;
    }
  }
}

function responseTo(question: ReturnType<typeof questionOf>, choice: number) {
  const status = postureStatuses[choice % 4] ?? 'Unknown';
  switch (question) {
    case 'discovery':
      return encodeDiscoveryAnswer({sessionId, owner: psn1, status, probePort: 8449});
    case 'requirements':
      return encodeRequirementsAnswer(choice === 3 ? [{...firewallOn, value: false}] : [firewallOn]);
    default:
      return encodeStatusAnswer(status, sessionId, psn1);
  }
}

/** Weighted so that sequences get somewhere: most moves are time passing, and answers as a healthy PSN gives them. */
function moves(): fc.Arbitrary<Move> {
  const step = fc.constantFrom('report-to-ui' as const, 'probe-http' as const);
  const commands: fc.Arbitrary<AgentCommand> = fc.oneof(
    fc.constant({name: 'rescan' as const}),
    fc.record({name: fc.constant('change-facts' as const), facts: fc.record({firewall: fc.boolean()})}),
    fc.constantFrom(
      {name: 'replace-profile' as const, profile: profile()},
      {name: 'replace-profile' as const, profile: profile({stateSyncProbeIntervalS: 0})},
      {name: 'replace-profile' as const, profile: profile({stateSyncProbeIntervalS: 1, callHomeList: []})},
      {name: 'replace-profile' as const, profile: readProfile([{name: 'PingArp', value: '9', line: 1, column: 1}])},
      {name: 'restart-service' as const},
    ),
    fc.record({name: fc.constantFrom('hold' as const, 'release' as const), step}),
    fc.record({name: fc.constant('set-delay' as const), step, delayMs: fc.integer({min: 0, max: 5000})}),
    fc.constant({name: 'view' as const}),
  );
  const link = (addresses: string[]): Move => ({
    kind: 'input',
    input: {kind: 'link', up: addresses.length > 0, addresses},
  });
  const news = (kinds: Extract<Move, {kind: 'news'}>['news'][]) =>
    fc.record({
      kind: fc.constant('news' as const),
      of: fc.constantFrom(0, 0, 0, 0, 1, 2, 3),
      news: fc.constantFrom(...kinds),
      status: fc.constantFrom(0, 1, 2, 2, 2, 2, 3),
    });
  return fc.oneof(
    {weight: 30, arbitrary: news(['next'])},
    {weight: 2, arbitrary: news(['timeout', 'refused', 'untrusted', 'unreachable', 'broken', 'garbled'])},
    {weight: 8, arbitrary: fc.constant<Move>({kind: 'wake'})},
    {weight: 2, arbitrary: fc.record({kind: fc.constant('wait' as const), ms: fc.integer({min: 0, max: 20_000})})},
    {weight: 1, arbitrary: fc.constantFrom(link([]), link(['10.0.0.1']), link(['10.0.0.2']))},
    {weight: 2, arbitrary: commands.map((command): Move => ({kind: 'command', command}))},
  );
}
