import type {LogLine} from '#harness/field-log/log-line.ts';

/** What a log tells, as far as its lines go; what was cut off is null. */
export type Happening = {atMs: number; line: number} & (
  | {kind: 'profile'; state: 'read' | 'refused' | 'absent'}
  | {kind: 'server-found'; psn: string | null}
  | {kind: 'status-shown'; status: 'Compliant' | 'NonCompliant' | 'Unknown' | null}
  | {kind: 'sync-started'; delayS: number | null; intervalS: number | null}
  | {kind: 'probe-sent'; target: string | null}
  | {kind: 'probe-answered'; status: string | null; psn: string | null}
  | {kind: 'status-changed'; from: string | null; to: string | null}
  | {kind: 'discovery-restarted'}
  | {kind: 'wrong-configuration'}
  | {kind: 'sync-stopped'; reason: string | null}
);

/**
From lines to what happened. Where messages are cut, function, thread and severity must do: a worker thread that was not there before is
a start of synchronization, its `[Error]` is the wrong configuration, headers on it are an answer (domain.md 9.3).
*/
export function happeningsOf(lines: readonly LogLine[]): Happening[] {
  const reader = new Reader();
  for (const line of lines) reader.read(line);
  return reader.happenings;
}

const statuses = {0: 'Unknown', 1: 'Compliant', 2: 'NonCompliant'} as const;

class Reader {
  readonly happenings: Happening[] = [];
  readonly #workers = new Set<string>();
  #delayS: number | null = null;

  read(line: LogLine): void {
    switch (line.function.replace(/^.*::/, '')) {
      case 'loadXMLCfgFile':
        this.#profile(line);
        return;
      case 'probeTargets':
        this.#target(line);
        return;
      case 'sendUIStatus':
        this.#status(line);
        return;
      case 'ProcessMessage':
        this.#message(line);
        return;
      case 'sessionSyncProbe':
        this.#worker(line);
        return;
      case 'MakeRequest':
        this.#request(line);
        return;
      case 'dump_http_headers':
        this.#header(line);
        return;
      case 'restartDiscovery':
        this.#restart(line);
        return;
    }
  }

  #profile({message, ...line}: LogLine): void {
    const text = message ?? '';
    const state = /not present/.test(text)
      ? 'absent'
      : /refused/.test(text)
        ? 'refused'
        : /present/.test(text)
          ? 'read'
          : undefined;
    if (state !== undefined) this.#add(line, {kind: 'profile', state});
  }

  #target({message, ...line}: LogLine): void {
    const psn = /^Policy server found: ([^\s,]+)/.exec(message ?? '')?.[1];
    if (psn !== undefined) this.#add(line, {kind: 'server-found', psn});
  }

  #status({message, ...line}: LogLine): void {
    const code = Number(/Compliant:(\d)/.exec(message ?? '')?.[1]);
    const status = code in statuses ? statuses[code as keyof typeof statuses] : null;
    this.#add(line, {kind: 'status-shown', status});
  }

  #message({message, ...line}: LogLine): void {
    if (message === null) return;
    const delay = /^Start message received, transition delay=(\d+)/.exec(message)?.[1];
    if (delay !== undefined) this.#delayS = Number(delay);
    const reason = /^Stop message received: (.+)/.exec(message)?.[1];
    if (reason !== undefined) this.#add(line, {kind: 'sync-stopped', reason});
  }

  #worker({message, severity, thread, ...line}: LogLine): void {
    const interval = /^State sync probe started, interval=(\d+)/.exec(message ?? '')?.[1];
    const isNew = thread !== null && ![...this.#workers].some(known => isSameThread(known, thread));
    if (interval !== undefined || (isNew && message === null)) {
      const intervalS = interval === undefined ? null : Number(interval);
      this.#add(line, {kind: 'sync-started', delayS: this.#delayS, intervalS});
      this.#delayS = null;
    }
    if (thread !== null) this.#workers.add(thread);
    const change = /^Session posture status changed: (\w+) -> (\w+)/.exec(message ?? '');
    if (change) this.#add(line, {kind: 'status-changed', from: change[1] ?? null, to: change[2] ?? null});
    if (severity === 'Error') this.#add(line, {kind: 'wrong-configuration'});
  }

  #request({message, thread, ...line}: LogLine): void {
    if (thread !== null && ![...this.#workers].some(known => isSameThread(known, thread))) return; // no probe
    this.#add(line, {kind: 'probe-sent', target: /https:\/\/([^:/\s]+)/.exec(message ?? '')?.[1] ?? null});
  }

  /** The headers of one answer are one happening. */
  #header({message, ...line}: LogLine): void {
    let last = this.happenings.at(-1);
    if (last?.kind !== 'probe-answered' || line.atMs - last.atMs > 1000) {
      last = this.#add(line, {kind: 'probe-answered', status: null, psn: null});
    }
    if (last.kind !== 'probe-answered') return;
    const [, name = '', value = ''] = /^([\w-]+): (.*)$/.exec(message ?? '') ?? [];
    if (/posture-status$/i.test(name)) last.status = value;
    if (/-pdp$/i.test(name)) last.psn = value;
  }

  /** It is logged three times (domain.md 9.3), with no start of synchronization between. */
  #restart(line: LogLine): void {
    const last = this.happenings.findLast(({kind}) => kind === 'discovery-restarted' || kind === 'sync-started');
    if (last?.kind === 'discovery-restarted' && line.atMs - last.atMs <= 2000) return;
    this.#add(line, {kind: 'discovery-restarted'});
  }

  #add({atMs, number}: {atMs: number; number: number}, what: Rest): Happening {
    const happening = {atMs, line: number, ...what} as Happening;
    this.happenings.push(happening);
    return happening;
  }
}

type Rest = Happening extends infer Each ? (Each extends Happening ? Omit<Each, 'atMs' | 'line'> : never) : never;

/** A thread id that was cut is the same as one that begins like it. */
function isSameThread(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}
