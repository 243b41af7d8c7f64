import type {HttpResponse} from '#protocol/http.ts';

/** An HTTP error with its reason as text. */
export function refusal(status: number, reason: string): HttpResponse {
  return {status, headers: {'content-type': 'text/plain'}, body: `${reason}\n`};
}
