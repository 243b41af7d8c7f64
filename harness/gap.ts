import type {Lab} from '#harness/lab.ts';
import type {Timeline} from '#harness/timeline.ts';
import {agentsOf} from '#harness/topology.ts';
import type {PortReport} from '#protocol/agent/port-watch.ts';

/** A span of lab time; `toMs` null: it has no end yet. */
export interface Span {
  fromMs: number;
  toMs: number | null;
}

export interface Gap {
  /** How long at least one PSN's probe port stood open while the session was Compliant, in lab milliseconds. */
  openMs: number;
  /** The longest time between two attempts at one port: what the figure may be off by at each edge of a span. */
  resolutionMs: number;
}

/** A gap meter that runs; the measure is taken once. */
export interface GapMeasurement {
  end(): Promise<Gap>;
}

/** Starts knocking at every PSN's probe port through the switch, from the lab's first agent (images/endpoint/gap-meter.ts). */
export async function measureGap(lab: Lab): Promise<GapMeasurement> {
  const endpoint = agentsOf(lab.topology)[0]?.[0] ?? '';
  const command: {name: string; port: number} = {name: 'start-gap-meter', port: lab.settings.psn.probePort};
  await lab.call(endpoint, command);
  return {
    async end() {
      const endMs = lab.nowMs();
      const {ports} = (await lab.call(endpoint, {name: 'stop-gap-meter'})) as {ports: PortReport[]};
      const open = union(ports.flatMap(port => port.open));
      const resolutionMs = Math.max(0, ...ports.map(port => port.resolutionMs));
      return {
        openMs: Math.round(overlapMs(open, compliantSpans(lab.timeline), endMs)),
        resolutionMs: Math.round(resolutionMs),
      };
    },
  };
}

/** When a session was Compliant in the eyes of a PSN, by the PSNs' own events. */
export function compliantSpans(timeline: Timeline): Span[] {
  const spans: (Span & {sessionId: string})[] = [];
  const end = (sessionId: string, atMs: number) => {
    for (const span of spans) if (span.sessionId === sessionId && span.toMs === null) span.toMs = atMs;
  };
  for (const event of timeline.all()) {
    if (event.kind === 'posture-settled') {
      end(event.sessionId, event.atMs);
      if (event.status === 'Compliant') spans.push({sessionId: event.sessionId, fromMs: event.atMs, toMs: null});
    } else if (event.kind === 'session-removed' || event.kind === 'session-terminated') {
      end(event.sessionId, event.atMs);
    }
  }
  return union(spans);
}

/** Spans without overlaps, in order. */
export function union(spans: Span[]): Span[] {
  const merged: Span[] = [];
  for (const {fromMs, toMs} of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1);
    if (last === undefined || (last.toMs !== null && fromMs > last.toMs)) merged.push({fromMs, toMs});
    else if (last.toMs !== null) last.toMs = toMs === null ? null : Math.max(last.toMs, toMs);
  }
  return merged;
}

/** How long two lists of spans, each without overlaps, hold at the same time; spans without an end last until `endMs`. */
export function overlapMs(a: Span[], b: Span[], endMs: number): number {
  return a
    .flatMap(one =>
      b.map(other => {
        const toMs = Math.min(one.toMs ?? endMs, other.toMs ?? endMs);
        return Math.max(0, toMs - Math.max(one.fromMs, other.fromMs));
      }),
    )
    .reduce((sum, ms) => sum + ms, 0);
}
