import type {HttpsFailure} from '#protocol/http.ts';

export class TimeoutError extends Error {}
export class UntrustedError extends Error {}
/** A name that nobody gives an address for. */
export class UnresolvedError extends Error {}

/** What an error of Node's says to a role. */
export function failureOf(error: Error & {code?: string}): HttpsFailure {
  const detail = error.code === undefined ? error.message : `${error.code}: ${error.message}`;
  if (error instanceof TimeoutError || error.code === 'ETIMEDOUT') return {reason: 'timeout', detail};
  if (error instanceof UntrustedError || isCertificateError(error.code)) return {reason: 'untrusted', detail};
  if (error.code === 'ECONNREFUSED') return {reason: 'refused', detail};
  if (error instanceof UnresolvedError || error.code === 'EHOSTUNREACH' || error.code === 'ENETUNREACH')
    return {reason: 'unreachable', detail};
  return {reason: 'broken', detail};
}

function isCertificateError(code: string | undefined): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ALTNAME|HOSTNAME_MISMATCH|INVALID_CA|UNTRUSTED/.test(code ?? '');
}
