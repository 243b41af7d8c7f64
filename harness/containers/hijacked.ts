/**
Makes a call whose connection becomes a stream in both directions. If the engine refuses it, docker-modem (5.0.7) leaves the request open, for
input that will never come: its connection would keep this process for ever (seen with an exec in a reaper that was about to end).
*/
export async function hijacked<Stream>(call: (abortSignal: AbortSignal) => Promise<Stream>): Promise<Stream> {
  const request = new AbortController();
  try {
    return await call(request.signal);
  } catch (error) {
    request.abort();
    throw error;
  }
}
