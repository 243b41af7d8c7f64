import type {Random} from '#harness/simulator/random.ts';

/** How long something takes, as somebody who has measured it would say. */
export type Latency =
  | {kind: 'fixed'; ms: number}
  | {kind: 'uniform'; fromMs: number; toMs: number}
  /** Never below 0. Long-tailed, as latencies are: half are below `medianMs`, 95 of 100 below `p95Ms`. */
  | {kind: 'lognormal'; medianMs: number; p95Ms: number}
  /** Measured, each as likely as the others. */
  | {kind: 'measured'; valuesMs: readonly number[]};

/** The text is no latency; the message says what would be one. */
export class LatencyError extends Error {
  override readonly name = 'LatencyError';
}

/** The 95th percentile of the standard normal distribution. */
const z95 = 1.6449;

/** `4s`, `200ms..1.5s`, `median 300ms p95 2s`. Throws `LatencyError`. */
export function readLatency(text: string): Latency {
  const [from, to] = text.split('..').map(part => part.trim());
  if (from !== undefined && to !== undefined) {
    const [fromMs, toMs] = [readSpan(from), readSpan(to)];
    if (fromMs > toMs) throw new LatencyError(`${text}: ${from} is longer than ${to}; the shorter comes first`);
    return {kind: 'uniform', fromMs, toMs};
  }
  const named = /^median\s+(\S+)\s+p95\s+(\S+)$/.exec(text.trim());
  if (named === null) return {kind: 'fixed', ms: readSpan(text)};
  const [medianMs, p95Ms] = [readSpan(named[1] ?? ''), readSpan(named[2] ?? '')];
  if (medianMs <= 0 || p95Ms <= medianMs)
    throw new LatencyError(`${text}: the 95th percentile must be above the median, and the median above 0`);
  return {kind: 'lognormal', medianMs, p95Ms};
}

/** Measured latencies: one a line, or separated by commas or blanks; plain numbers are milliseconds; `#` begins a remark. */
export function readMeasurements(text: string): Latency {
  const words = text
    .split('\n')
    .map(line => line.replace(/#.*$/, ''))
    .join(' ')
    .split(/[\s,;]+/)
    .filter(word => word !== '');
  if (words.length === 0)
    throw new LatencyError('the file has no measurement: expected latencies such as 230ms, one a line');
  return {kind: 'measured', valuesMs: words.map(readSpan)};
}

export function draw(latency: Latency, random: Random): number {
  switch (latency.kind) {
    case 'fixed':
      return latency.ms;
    case 'uniform':
      return latency.fromMs + (latency.toMs - latency.fromMs) * random.fraction();
    case 'lognormal': {
      const sigma = Math.log(latency.p95Ms / latency.medianMs) / z95;
      return latency.medianMs * Math.exp(sigma * random.normal());
    }
    case 'measured':
      return random.pick(latency.valuesMs);
  }
}

/** `250ms`, `4s`, `2m`; a plain number is milliseconds. Throws `LatencyError`. */
export function readSpan(text: string): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|)$/.exec(text.trim());
  if (parts === null)
    throw new LatencyError(`${text}: expected a span of time such as 250ms, 4s, 200ms..1.5s or "median 300ms p95 2s"`);
  return Number(parts[1]) * ({ms: 1, s: 1000, m: 60_000}[parts[2] ?? ''] ?? 1);
}
