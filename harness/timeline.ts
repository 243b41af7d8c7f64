import type {EventOf, LabEvent, LabEventKind} from '#protocol/event.ts';

/** Which events of a kind: those with these values, or those that a function picks. */
export type Where<Kind extends LabEventKind> = Partial<EventOf<Kind>> | ((event: EventOf<Kind>) => boolean);

/** What happened in a lab, in the order of lab time. Events of the same instant keep the order of arrival. */
export class Timeline {
  readonly #events: LabEvent[] = [];
  readonly #byKind = new Map<LabEventKind, LabEvent[]>();
  readonly #listeners = new Set<(event: LabEvent) => void>();

  add(event: LabEvent): void {
    const ofKind = this.#byKind.get(event.kind) ?? [];
    this.#byKind.set(event.kind, ofKind);
    insert(this.#events, event);
    insert(ofKind, event);
    for (const listener of this.#listeners) listener(event);
  }

  all(): readonly LabEvent[] {
    return this.#events;
  }

  of<Kind extends LabEventKind>(kind: Kind, where: Where<Kind> = {}): EventOf<Kind>[] {
    const ofKind = (this.#byKind.get(kind) ?? []) as EventOf<Kind>[];
    return ofKind.filter(event => (typeof where === 'function' ? where(event) : matches(event, where)));
  }

  /** Calls `listener` for every event from now on; the disposer ends that. */
  subscribe(listener: (event: LabEvent) => void): Disposable {
    this.#listeners.add(listener);
    return {[Symbol.dispose]: () => void this.#listeners.delete(listener)};
  }

  /** The story, one line an event: instant, node, kind, what matters of it. */
  toString(): string {
    return this.#events.map(describeEvent).join('\n');
  }
}

function insert(events: LabEvent[], event: LabEvent): void {
  let index = events.length;
  while (index > 0 && (events[index - 1]?.atMs ?? 0) > event.atMs) index -= 1;
  if (index === events.length) events.push(event);
  else events.splice(index, 0, event);
}

/** `      41.2 ms  psn1      posture-settled  sessionId=… status=Compliant` */
export function describeEvent(event: LabEvent): string {
  const {atMs, node, kind, ...fields} = event;
  const details = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${atMs.toFixed(1).padStart(10)} ms  ${node.padEnd(9)} ${kind}  ${details.join(' ')}`.trimEnd();
}

/** Whether every field of `where` has the same value in the event. */
export function matches(event: LabEvent, where: object): boolean {
  return Object.entries(where).every(([name, value]) => Reflect.get(event, name) === value);
}
