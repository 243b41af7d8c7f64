import type {HttpRequest, HttpResponse} from '#protocol/http.ts';
import {Accounting} from '#protocol/psn/accounting.ts';
import {AclServer} from '#protocol/psn/acl-server.ts';
import {type AdminCommand, Administration} from '#protocol/psn/administration.ts';
import type {Announcement} from '#protocol/psn/announcement.ts';
import {Authentication} from '#protocol/psn/authentication.ts';
import {CommandError} from '#protocol/psn/command-error.ts';
import type {PsnCommand, PsnEffect, PsnInput, PsnSettings, PsnStep, PsnView} from '#protocol/psn/contract.ts';
import {DiscoveryServer} from '#protocol/psn/discovery-server.ts';
import {DynamicAuthorization} from '#protocol/psn/dynamic-authorization.ts';
import {EapTermination} from '#protocol/psn/eap-termination.ts';
import {MntApi} from '#protocol/psn/mnt-api.ts';
import {NodeGroup} from '#protocol/psn/node-group.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import {Outbox} from '#protocol/psn/outbox.ts';
import {OwnerLookup} from '#protocol/psn/owner-lookup.ts';
import {PostureServer} from '#protocol/psn/posture-server.ts';
import {PostureSettlement} from '#protocol/psn/posture-settlement.ts';
import {provisionedProfile} from '#protocol/psn/provisioned-profile.ts';
import {RadiusServer} from '#protocol/psn/radius-server.ts';
import {Records} from '#protocol/psn/records.ts';
import {Replication} from '#protocol/psn/replication.ts';
import {SessionCache, viewOf} from '#protocol/psn/session-cache.ts';
import {SessionDirectory} from '#protocol/psn/session-directory.ts';
import {isOwnerQuestion} from '#protocol/psn/session-owner.ts';
import {onOneLine} from '#protocol/psn/syslog.ts';
import {SyslogSender} from '#protocol/psn/syslog-sender.ts';
import type {Endpoint, RandomBytes, Role} from '#protocol/role.ts';
import {Steps} from '#protocol/steps.ts';
import {WallClock} from '#protocol/wall-clock.ts';

/** Nobody's lines are longer here (ours). */
const maxCollectedBytes = 8192;

/** What waits at a step. */
type Action = {kind: 'reauthenticate'; sessionId: string} | {kind: 'announce'; announcement: Announcement};

/**
A policy node: RADIUS server, posture server, CoA client and one end of replication, around one session cache (domain.md 6).

What an input changes is to be kept before it is told: `persist` is the first effect. Sessions are not kept; after a restart all
endpoints are Unknown, as on ISE.
*/
export class Psn implements Role<PsnInput, PsnEffect> {
  readonly #state: NodeState;
  readonly #steps: Steps<PsnStep, Action>;
  readonly #directory: SessionDirectory;
  readonly #replication: Replication;
  readonly #dynamicAuthorization: DynamicAuthorization;
  readonly #eap: EapTermination;
  readonly #radiusServer: RadiusServer;
  readonly #ownerLookup: OwnerLookup;
  readonly #nodeGroup: NodeGroup;
  readonly #postureServer: PostureServer;
  readonly #administration: Administration;
  readonly #mntApi: MntApi;
  readonly #askedForCoa = new Set<string>();
  #replicates: boolean;

  constructor(settings: PsnSettings, randomBytes: RandomBytes) {
    const outbox = new Outbox();
    const clock = new WallClock(settings);
    const syslog = new SyslogSender(settings, clock, outbox);
    const state: NodeState = {
      settings,
      clock,
      randomBytes,
      sessions: new SessionCache(settings.sessionLimit),
      records: new Records(settings, written => syslog.tell(written)),
      agentProfile: settings.agentProfile === null ? null : provisionedProfile(settings.agentProfile),
      outbox,
      counters: {authentications: 0, downloads: 0, accounting: 0, coa: 0, probes: 0, dropped: 0},
    };
    this.#state = state;
    this.#steps = new Steps(settings.delaysMs);
    this.#replicates = settings.replication;
    const directory = new SessionDirectory(state, (announcement, nowMs) => this.#announce(announcement, nowMs));
    this.#directory = directory;
    this.#replication = new Replication(state, (announcement, nowMs) => directory.learn(announcement, nowMs));
    this.#dynamicAuthorization = new DynamicAuthorization(state, directory);
    const settlement = new PostureSettlement(state, directory, (sessionId, nowMs) => this.#askForCoa(sessionId, nowMs));
    const authentication = new Authentication(state, directory);
    this.#eap = new EapTermination(state, authentication);
    this.#radiusServer = new RadiusServer(state, {
      authentication,
      eap: this.#eap,
      aclServer: new AclServer(state),
      accounting: new Accounting(state, directory),
    });
    this.#ownerLookup = new OwnerLookup(state, directory);
    this.#nodeGroup = new NodeGroup(state, this.#dynamicAuthorization);
    const discovery = new DiscoveryServer(state, {directory, ownerLookup: this.#ownerLookup});
    this.#postureServer = new PostureServer(state, {directory, settlement, discovery});
    this.#mntApi = new MntApi(state, {directory, dynamicAuthorization: this.#dynamicAuthorization});
    this.#administration = new Administration(state, {
      directory,
      settlement,
      dynamicAuthorization: this.#dynamicAuthorization,
    });
  }

  handle(input: PsnInput, nowMs: number): PsnEffect[] {
    const {outbox, records} = this.#state;
    this.#take(input, nowMs);
    this.#goOn(nowMs);
    const effects = outbox.take();
    return records.takeChanged() ? [{kind: 'persist', state: records.snapshot()}, ...effects] : effects;
  }

  wakeAtMs(): number | undefined {
    const parts = [this.#steps, this.#dynamicAuthorization, this.#replication, this.#eap, this.#nodeGroup];
    const instants = parts.map(part => part.wakeAtMs());
    const known = instants.filter(instant => instant !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  #take(input: PsnInput, nowMs: number): void {
    switch (input.kind) {
      case 'start':
        this.#state.outbox.record({kind: 'node-ready', role: 'psn'});
        break;
      case 'wake':
        break;
      case 'command':
        this.#command(input.id, input.command, nowMs);
        break;
      case 'datagram':
        if (input.localPort === 0) this.#dynamicAuthorization.receive(input.from, input.bytes, nowMs);
        else if (input.localPort === this.#state.settings.ports.syslog) this.#collect(input.from, input.bytes);
        else this.#radiusServer.receive(input, nowMs);
        break;
      case 'eap-server-datagram':
        this.#eap.receive(input.bytes, nowMs);
        break;
      case 'https-request':
        this.#respond(input, nowMs);
        break;
      case 'https-response':
        this.#finishCall(input.connectionId, input.response, nowMs);
        break;
      case 'https-failed':
        this.#finishCall(input.connectionId, undefined, nowMs);
        break;
    }
  }

  /** `response` undefined: the peer gave none. */
  #finishCall(connectionId: string, response: HttpResponse | undefined, nowMs: number): void {
    if (this.#ownerLookup.finished(connectionId, response)) return;
    if (this.#nodeGroup.finished(connectionId, response, nowMs)) return;
    this.#replication.finished(connectionId, response?.status, nowMs);
  }

  #collect(from: Endpoint, bytes: Uint8Array): void {
    const line = onOneLine(new TextDecoder().decode(bytes.subarray(0, maxCollectedBytes)));
    this.#state.outbox.record({kind: 'syslog-received', from: from.address, line});
  }

  /** What time alone moves on: steps whose delay is over, requests that were not answered. */
  #goOn(nowMs: number): void {
    for (const step of this.#steps.newlyHeld(nowMs)) this.#state.outbox.record({kind: 'gate-reached', step});
    for (const {action} of this.#steps.leave(nowMs)) {
      if (action.kind === 'announce') this.#replication.tell(action.announcement, nowMs);
      else this.#reauthenticate(action.sessionId, nowMs);
    }
    this.#dynamicAuthorization.wake(nowMs);
    this.#nodeGroup.wake(nowMs);
    this.#eap.wake(nowMs);
    this.#replication.pump(nowMs);
  }

  #respond(input: PsnInput & {kind: 'https-request'}, nowMs: number): void {
    const {requestId, localPort, from, request} = input;
    const respond = (response: HttpResponse) => this.#state.outbox.add({kind: 'https-respond', requestId, response});
    const {ports} = this.#state.settings;
    if (localPort === ports.messaging) respond(this.#answerPeer(from, request, nowMs));
    else if (localPort === ports.nodeGroup) respond(this.#nodeGroup.answer(request, from));
    else if (localPort === ports.api) respond(this.#mntApi.answer(request, nowMs));
    else this.#postureServer.answer({localPort, from, request, respond}, nowMs);
  }

  #answerPeer(from: Endpoint, request: HttpRequest, nowMs: number): HttpResponse {
    if (isOwnerQuestion(request)) return this.#ownerLookup.answer(request, from);
    if (!this.#replicates) return {status: 409, headers: {}, body: 'replication is off here\n'};
    return this.#replication.receive(request, from, nowMs);
  }

  #announce(announcement: Announcement, nowMs: number): void {
    if (!this.#replicates || this.#state.settings.peers.length === 0) return;
    this.#steps.enter('replication', {kind: 'announce', announcement}, nowMs);
  }

  /** One CoA is enough for all that changes before it leaves: the switch asks anew and gets what holds then. */
  #askForCoa(sessionId: string, nowMs: number): void {
    if (this.#askedForCoa.has(sessionId)) return;
    this.#askedForCoa.add(sessionId);
    this.#steps.enter('coa', {kind: 'reauthenticate', sessionId}, nowMs);
  }

  /** Wired posture uses the type `last` (domain.md 5.8). A session that ended meanwhile needs no CoA. */
  #reauthenticate(sessionId: string, nowMs: number): void {
    this.#askedForCoa.delete(sessionId);
    const session = this.#state.sessions.byId(sessionId);
    if (session === undefined || session.ending) return;
    this.#dynamicAuthorization.order(session, {kind: 'reauthenticate', type: 'last'}, nowMs);
  }

  #command(id: string, command: PsnCommand, nowMs: number): void {
    const {outbox} = this.#state;
    try {
      outbox.add({kind: 'reply', id, result: this.#carryOut(command, nowMs)});
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      outbox.add({kind: 'refuse', id, message: error.message});
    }
  }

  #carryOut(command: PsnCommand, nowMs: number): unknown {
    switch (command.name) {
      case 'hold':
        this.#steps.hold(command.step);
        return this.#state.outbox.record({kind: 'gate-held', step: command.step});
      case 'release':
        this.#steps.release(command.step);
        return this.#state.outbox.record({kind: 'gate-released', step: command.step});
      case 'set-delay':
        return this.#steps.setDelay(command.step, command.delayMs);
      case 'mnt-call':
        return this.#mntApi.call(String(command.path), nowMs);
      case 'save-agent-profile':
        this.#state.agentProfile = provisionedProfile(String(command.xml));
        return this.#state.outbox.record({kind: 'configuration-changed', what: 'ISEPostureCFG.xml'});
      case 'set-replication':
        return this.#setReplication(command.enabled, nowMs);
      case 'set-clock':
        return this.#setClock(command.offsetMs);
      case 'view':
        return this.#view();
      default:
        return this.#administration.carryOut(command satisfies AdminCommand, nowMs);
    }
  }

  #setReplication(enabled: boolean, nowMs: number): void {
    this.#replicates = enabled;
    this.#state.outbox.record({kind: 'configuration-changed', what: `replication ${enabled ? 'on' : 'off'}`});
    if (enabled) {
      this.#directory.exchange(nowMs);
      return;
    }
    this.#steps.drop(action => action.kind === 'announce');
    this.#replication.forget();
    this.#directory.forgetReplicas();
  }

  #setClock(offsetMs: number): void {
    const problem = this.#state.clock.set(offsetMs);
    if (problem !== undefined) throw new CommandError(problem);
    this.#state.outbox.record({kind: 'clock-set', offsetMs});
  }

  #view(): PsnView {
    const {settings, sessions, records, counters} = this.#state;
    return {
      name: settings.name,
      fqdn: settings.fqdn,
      replication: this.#replicates,
      sessions: sessions.all().map(viewOf),
      policy: records.policy,
      alarms: records.snapshot().alarms,
      liveLog: records.snapshot().liveLog,
      provisioningMismatches: this.#postureServer.mismatches(),
      counters: {...counters},
      held: this.#steps.held(),
    };
  }
}
