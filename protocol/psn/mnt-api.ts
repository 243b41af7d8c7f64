/**
Of ISE's MnT REST API, the calls that make CoA (domain.md 6.8): `GET /admin/API/mnt/CoA/Reauth|Disconnect/{node}/{mac}/{0|1|2}`. Paths are
case-sensitive, MACs upper case with colons, and only the node with the MnT persona answers. The texts of errors are ours.
*/
import type {HttpRequest, HttpResponse} from '#protocol/http.ts';
import type {CoaAction} from '#protocol/psn/coa-order.ts';
import type {DynamicAuthorization} from '#protocol/psn/dynamic-authorization.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import type {SessionDirectory} from '#protocol/psn/session-directory.ts';

const form = /^\/admin\/API\/mnt\/CoA\/(Reauth|Disconnect)\/([^/]+)\/([^/]+)\/([^/]+)$/;

/** 0 default, 1 last, 2 rerun. */
const reauthentications: readonly CoaAction[] = [
  {kind: 'reauthenticate', type: 'default'},
  {kind: 'reauthenticate', type: 'last'},
  {kind: 'reauthenticate', type: 'rerun'},
];
/** 0 default, 1 port bounce, 2 port shutdown. */
const disconnections: readonly CoaAction[] = [{kind: 'terminate'}, {kind: 'bounce'}, {kind: 'disable'}];

/** Of every failed call (domain.md 11.36). */
const cpmCode = 34_110;

export class MntApi {
  readonly #state: NodeState;
  readonly #directory: SessionDirectory;
  readonly #dynamicAuthorization: DynamicAuthorization;

  constructor(state: NodeState, parts: {directory: SessionDirectory; dynamicAuthorization: DynamicAuthorization}) {
    this.#state = state;
    this.#directory = parts.directory;
    this.#dynamicAuthorization = parts.dynamicAuthorization;
  }

  /** As if it had come by HTTPS, from somebody with the right credentials. */
  call(path: string, nowMs: number): {status: number; body: string} {
    const headers = {authorization: `Basic ${this.#state.settings.mnt.credentials}`};
    const {status, body} = this.answer({method: 'GET', path, headers, body: ''}, nowMs);
    return {status, body};
  }

  answer(request: HttpRequest, nowMs: number): HttpResponse {
    const {mnt, name} = this.#state.settings;
    if (request.headers['authorization'] !== `Basic ${mnt.credentials}`) {
      return {status: 401, headers: {'www-authenticate': 'Basic realm="MnT"'}, body: ''};
    }
    const [, call, node = '', mac = '', option = ''] = form.exec(request.path.split('?')[0] ?? '') ?? [];
    if (call === undefined || request.method !== 'GET') return failure(404, 'there is no such call');
    if (!mnt.isPersona) return failure(500, `${name} has no MnT persona`);
    const action = (call === 'Reauth' ? reauthentications : disconnections)[option === '' ? -1 : Number(option)];
    if (action === undefined) return failure(500, `${option} is no option of ${call}`);
    if (!/^([0-9A-F]{2}:){5}[0-9A-F]{2}$/.test(mac))
      return failure(500, `${mac} is no MAC address in upper case with colons`);
    return coaAnswer(call, this.#order({node, mac}, action, nowMs));
  }

  /** Only for a session of this node's own: the node that authenticated is the one from which the switch takes CoA (domain.md 11.17). */
  #order({node, mac}: {node: string; mac: string}, action: CoaAction, nowMs: number): boolean {
    const {sessions, settings} = this.#state;
    const session = sessions.byMac(mac);
    const isHere = node === settings.name || node === settings.fqdn;
    if (!isHere || session === undefined || !this.#directory.isAuthenticatedHere(session)) return false;
    return this.#dynamicAuthorization.order(session, action, nowMs);
  }
}

function coaAnswer(call: string, done: boolean): HttpResponse {
  return xml(200, `<remoteCoA requestType="${call.toLowerCase()}"><results>${done}</results></remoteCoA>`);
}

function failure(status: number, description: string): HttpResponse {
  const fields = [
    `<http-code>${status}</http-code>`,
    `<cpm-code>${cpmCode}</cpm-code>`,
    `<description>${description.replaceAll(/[<>&]/g, '')}</description>`,
    '<module-name>MnT</module-name>',
    '<status>false</status>',
  ];
  return xml(status, `<mnt-rest-result>${fields.join('')}</mnt-rest-result>`);
}

function xml(status: number, body: string): HttpResponse {
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
  return {status, headers: {'content-type': 'application/xml'}, body: `${head}${body}`};
}
