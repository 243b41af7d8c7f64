import type {Acl} from '#protocol/dacl/acl.ts';
import {parseAcl} from '#protocol/dacl/parse.ts';
import {Access} from '#protocol/nad/access.ts';
import {Accounting} from '#protocol/nad/accounting.ts';
import {Authorization} from '#protocol/nad/authorization.ts';
import {CoaListener} from '#protocol/nad/coa-listener.ts';
import {fits} from '#protocol/nad/coa-order.ts';
import type {NadCommand, NadEffect, NadInput, NadSettings, NadStep, NadView} from '#protocol/nad/contract.ts';
import {DeviceTracking} from '#protocol/nad/device-tracking.ts';
import {Dot1x} from '#protocol/nad/dot1x.ts';
import {Enforcer} from '#protocol/nad/enforcer.ts';
import {carryOutCommand} from '#protocol/nad/nad-command.ts';
import type {NadContext, StepAction} from '#protocol/nad/nad-context.ts';
import {nadView} from '#protocol/nad/nad-view.ts';
import {PolicyApplication} from '#protocol/nad/policy-application.ts';
import {Ports} from '#protocol/nad/ports.ts';
import {RadiusClient} from '#protocol/nad/radius-client.ts';
import {readRedirectAcls} from '#protocol/nad/redirect-acls.ts';
import {Redirector} from '#protocol/nad/redirector.ts';
import type {Session} from '#protocol/nad/session.ts';
import {Sessions} from '#protocol/nad/sessions.ts';
import type {RandomBytes, Role} from '#protocol/role.ts';
import {Steps} from '#protocol/steps.ts';
import {WallClock} from '#protocol/wall-clock.ts';

/**
The switch's control half (domain.md 5): who is on which port, who is authorized by which PSN, which dACL holds for whom.
Forwarding is somebody else's; the two meet in `enforce` and `enforced`.

    frame ─▶ Access ─▶ Authorization ─▶ PolicyApplication ─▶ Enforcer ─▶ enforce … enforced ─▶ acl-installed, session-authorized, Accounting
               ▲            ▲               │
      link, CoA┘     RadiusClient           └▶ AclDownloads
*/
export class Nad implements Role<NadInput, NadEffect> {
  readonly #context: NadContext;
  readonly #ports: Ports;
  readonly #sessions: Sessions;
  readonly #tracking = new DeviceTracking();
  readonly #client: RadiusClient;
  readonly #accounting: Accounting;
  readonly #authorization: Authorization;
  readonly #application: PolicyApplication;
  readonly #access: Access;
  readonly #dot1x: Dot1x;
  readonly #enforcer: Enforcer;
  readonly #coa: CoaListener;
  readonly #redirector: Redirector;
  /** What is wrong with the settings. */
  readonly #problems: string[];
  #effects: NadEffect[] = [];

  constructor(settings: NadSettings, randomBytes: RandomBytes) {
    const context: NadContext = {
      settings,
      clock: new WallClock(settings),
      randomBytes,
      steps: new Steps<NadStep, StepAction>(settings.delaysMs),
      emit: effect => this.#effects.push(effect),
      record: event => this.#effects.push({kind: 'record', event}),
      touch: () => this.#enforcer.touch(),
    };
    const addressOf = ({port, mac}: Session) => this.#tracking.addressOf(port, mac);
    const ipv6AddressesOf = ({port, mac}: Session) => this.#tracking.ipv6AddressesOf(port, mac);
    const addressesOf = (session: Session) => ({ipv4: addressOf(session), ipv6: ipv6AddressesOf(session)});
    const {acl: defaultAcl, problem} = readDefaultAcl(settings.preAuthAcl);
    const redirects = readRedirectAcls(settings.redirectAcls);
    const ports = new Ports(settings.accessPorts);
    const sessions = new Sessions(settings);
    const client = new RadiusClient(context);
    const accounting = new Accounting(context, client, addressesOf);
    const application = new PolicyApplication(context, {
      client,
      sessions,
      fail: (session, reason, nowMs) => this.#authorization.fail(session, reason, {authenticated: true}, nowMs),
      begin: (session, nowMs) => this.#authorization.begin(session, nowMs),
    });
    const authorization = new Authorization(context, {
      client,
      sessions,
      accounting,
      application,
      addressesOf,
      violate: ({port, mac}, nowMs) => this.#access.violate(port, mac, nowMs),
      expire: (session, nowMs) => this.#access.terminate(session, nowMs, 'Session-Timeout'),
    });
    const access = new Access(context, {ports, sessions, tracking: this.#tracking, authorization, accounting});

    this.#context = context;
    this.#problems = [...(problem === undefined ? [] : [problem]), ...redirects.problems];
    this.#ports = ports;
    this.#sessions = sessions;
    this.#client = client;
    this.#accounting = accounting;
    this.#authorization = authorization;
    this.#application = application;
    this.#access = access;
    this.#dot1x = new Dot1x(context, {client, access, authorization, sessions, addressesOf});
    this.#enforcer = new Enforcer(context, {
      sessions,
      application,
      accounting,
      addressOf,
      ipv6AddressesOf,
      defaultAcl,
      redirectAcls: redirects.acls,
    });
    this.#redirector = new Redirector(context, {sessions, addressOf});
    this.#coa = new CoaListener(context, {
      find: match => sessions.all().find(session => fits(session, match)),
      execute: (order, session, nowMs) => access.execute(order, session, nowMs),
    });
  }

  handle(input: NadInput, nowMs: number): NadEffect[] {
    this.#effects = [];
    this.#take(input, nowMs);
    this.#settle(nowMs);
    return this.#effects;
  }

  wakeAtMs(): number | undefined {
    const parts = [this.#context.steps, this.#client, this.#ports, this.#tracking, this.#enforcer.ledger];
    const never = Number.POSITIVE_INFINITY;
    let earliest = never;
    for (const part of parts) earliest = Math.min(earliest, part.wakeAtMs() ?? never);
    for (const session of this.#sessions.all()) earliest = Math.min(earliest, dueAtMs(session));
    return earliest === never ? undefined : earliest;
  }

  view(nowMs: number): NadView {
    return nadView(
      {
        context: this.#context,
        ports: this.#ports,
        sessions: this.#sessions,
        tracking: this.#tracking,
        ledger: this.#enforcer.ledger,
        servers: this.#client.servers,
        coa: this.#coa,
      },
      nowMs,
    );
  }

  #take(input: NadInput, nowMs: number): void {
    switch (input.kind) {
      case 'start':
        for (const message of this.#problems) this.#context.emit({kind: 'record', event: {kind: 'fault', message}});
        this.#accounting.system('Accounting-On', () => {}, nowMs);
        return;
      case 'wake':
        return; // what is due is done in any case
      case 'command':
        this.#command(input.id, input.command, nowMs);
        break;
      case 'link':
        this.#access.link(input.port, input.up, nowMs);
        break;
      case 'frame':
        this.#access.frame(input, nowMs);
        break;
      case 'datagram':
        if (input.localPort === this.#context.settings.coaPort) this.#coa.receive(input.from, input.bytes, nowMs);
        else this.#client.receive(input.from, input.bytes, nowMs);
        break;
      case 'authenticator-request':
        this.#dot1x.receive(input.from, input.bytes, nowMs);
        break;
      case 'enforced':
        this.#enforcer.enforced(input.transactionId, input.generation);
        break;
      case 'enforcement-failed':
        this.#enforcer.failed(input.transactionId, input.message, nowMs);
        break;
      case 'http-request':
        this.#redirector.answer(input);
        break;
      default:
        input satisfies never;
    }
  }

  /** Does everything that is due, and asks for what should be in force after it. */
  #settle(nowMs: number): void {
    this.#client.wake(nowMs);
    this.#access.wake(nowMs);
    this.#authorization.wake(nowMs);
    for (const session of this.#sessions.all()) this.#accounting.wake(session, nowMs);
    for (let due = this.#leave(nowMs); due.length > 0; due = this.#leave(nowMs)) {
      for (const action of due) this.#act(action, nowMs);
    }
    for (const step of this.#context.steps.newlyHeld(nowMs))
      this.#context.emit({kind: 'record', event: {kind: 'gate-reached', step}});
    this.#enforcer.settle(nowMs);
    this.#dot1x.settle();
  }

  #leave(nowMs: number): StepAction[] {
    return this.#context.steps.leave(nowMs).map(({action}) => action);
  }

  #act(action: StepAction, nowMs: number): void {
    switch (action.kind) {
      case 'answer-coa':
        this.#coa.answer(action, nowMs);
        break;
      case 'authenticate':
        this.#authorization.authenticate(action.sessionId, nowMs);
        break;
      case 'ask-for-acl':
        this.#application.download(action.acl, nowMs);
        break;
      case 'install':
        this.#application.install(action.sessionId);
        break;
      case 'learn-address':
        this.#access.learn(action, nowMs);
        break;
      default:
        action satisfies never;
    }
  }

  #command(id: string, command: NadCommand, nowMs: number): void {
    if (command.name === 'view') {
      this.#context.emit({kind: 'reply', id, result: this.view(nowMs)});
      return;
    }
    if (command.name === 'prepare-reload') {
      const reply = () => this.#context.emit({kind: 'reply', id, result: null});
      this.#accounting.system('Accounting-Off', reply, nowMs);
      return;
    }
    const parts = {context: this.#context, ports: this.#ports, sessions: this.#sessions, access: this.#access};
    const done = carryOutCommand(command, parts, nowMs);
    this.#context.emit(done.ok ? {kind: 'reply', id, result: null} : {kind: 'refuse', id, message: done.message});
  }
}

/** With errors in it, a list of no entries: nothing passes but what the implicit deny lets pass, which is nothing. */
function readDefaultAcl(text: string): {acl: Acl; problem: string | undefined} {
  const {acl, problems} = parseAcl(text, {name: 'Auth-Default-ACL'});
  const error = problems.find(({severity}) => severity === 'error');
  if (error === undefined) return {acl, problem: undefined};
  const problem = `Auth-Default-ACL line ${error.line}: ${error.message}. ${error.fix} Until then nothing passes before authorization.`;
  return {acl: {...acl, entries: []}, problem};
}

/** Infinity: a session waits for nothing. */
function dueAtMs({attempt, grant, accounting}: Session): number {
  return Math.min(attemptDueAtMs(attempt, grant), accounting?.dueAtMs ?? Number.POSITIVE_INFINITY);
}

function attemptDueAtMs(attempt: Session['attempt'], grant: Session['grant']): number {
  if (attempt.kind === 'none') return grant?.reauthDueAtMs ?? Number.POSITIVE_INFINITY;
  if (attempt.kind === 'failed') return attempt.restartAtMs;
  if (attempt.kind === 'eap' && attempt.abandon === null) return attempt.dueAtMs;
  return Number.POSITIVE_INFINITY;
}
