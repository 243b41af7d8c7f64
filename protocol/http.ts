/** One HTTP exchange as the roles see it. Header names are lower case, values as on the wire, bodies UTF-8 text. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path with query, starting with a slash. */
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface HttpResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
Why an HTTPS request got no response. `timeout`: no TCP handshake, or no answer, before the deadline (what a port ACL's
silent drop looks like); `refused`: a TCP reset; `untrusted`: the server's certificate does not lead to the lab CA or does
not name the host; `broken`: anything else, told in `detail`.
*/
export interface HttpsFailure {
  reason: 'timeout' | 'refused' | 'unreachable' | 'untrusted' | 'broken';
  detail: string;
}
