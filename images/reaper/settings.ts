/** What can be set, by Ryuk's names, so that whoever starts Ryuk can start this. */
export interface ReaperSettings {
  port: number;
  /** How long the first client may take. */
  connectionTimeoutMs: number;
  /** How long a filter that nobody holds any more is spared, and how long the reaper waits for another client. */
  reconnectionTimeoutMs: number;
  requestTimeoutMs: number;
  /** Between two looks at what is left. */
  retryIntervalMs: number;
  verbose: boolean;
}

/** Throws if a value cannot be understood. Times are Go durations, as Ryuk has them. */
export function readSettings(variables: Record<string, string | undefined>): ReaperSettings {
  const durationMs = (name: string, fallback: string) => readDuration(name, variables[name] || fallback);
  const port = Number(variables['RYUK_PORT'] || 8080);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`RYUK_PORT: ${port} is no port`);
  return {
    port,
    connectionTimeoutMs: durationMs('RYUK_CONNECTION_TIMEOUT', '10s'),
    reconnectionTimeoutMs: durationMs('RYUK_RECONNECTION_TIMEOUT', '3s'),
    requestTimeoutMs: durationMs('RYUK_REQUEST_TIMEOUT', '10s'),
    retryIntervalMs: durationMs('RYUK_CHANGES_RETRY_INTERVAL', '500ms'),
    verbose: variables['RYUK_VERBOSE'] === 'true',
  };
}

const unitMs = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

function readDuration(name: string, text: string): number {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) throw new Error(`${name}: ${text} is no duration such as 10s or 1m30s`);
  return [...text.matchAll(/([\d.]+)([a-z]+)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (unitMs.get(unit ?? '') ?? 0),
    0,
  );
}
