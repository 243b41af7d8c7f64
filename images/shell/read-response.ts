import type {IncomingMessage} from 'node:http';
import type {HttpResponse} from '#protocol/http.ts';

const bodyLimitBytes = 1_048_576;

/** A whole response. Rejects if its body is too large, or breaks off. */
export async function readResponse(incoming: IncomingMessage): Promise<HttpResponse> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming) {
    size += (part as Buffer).length;
    if (size > bodyLimitBytes) throw new Error(`the response is larger than ${bodyLimitBytes} bytes`);
    parts.push(part as Buffer);
  }
  return {
    status: incoming.statusCode ?? 0,
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    body: Buffer.concat(parts).toString(),
  };
}
