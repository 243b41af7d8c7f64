import type {DeclaredImpairment} from '#harness/declared-impairment.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import type {Timeline, Where} from '#harness/timeline.ts';
import type {Topology} from '#harness/topology.ts';
import type {EventOf, LabEvent, LabEventKind} from '#protocol/event.ts';

/** A running lab, in containers or in virtual time; who holds one cannot tell which. */
export interface Lab extends AsyncDisposable {
  readonly name: string;
  readonly world: 'containers' | 'simulated';
  readonly topology: Topology;
  readonly settings: LabSettings;
  readonly timeline: Timeline;

  /** Lab time. */
  nowMs(): number;

  /**
  The first event of a kind, already past or still to come, whose fields are those of `where`, later than `after`.
  `withinMs` (lab time, default two minutes) is a deadline, not a claim: it never makes a wait shorter than ten real
  seconds. Throws `WaitError` with the timeline.
  */
  until<Kind extends LabEventKind>(kind: Kind, options?: UntilOptions<Kind>): Promise<EventOf<Kind>>;

  /** Lets lab time go by. For proving an absence: what must not happen has had this long to happen. */
  elapse(ms: number): Promise<void>;

  /** One command to one node, and its answer (the commands of protocol/*\/contract.ts and of the images' mains). */
  call(node: string, command: {name: string}): Promise<unknown>;

  /** Takes a node's power away: its process and its links are gone. */
  stopNode(node: string): Promise<void>;

  /** Gives a stopped node its power and links back; what it keeps on disk is still there. */
  startNode(node: string): Promise<void>;

  /**
  From when it resolves, a link misbehaves like this and no other way; null: it is good again. `link` is an end of it (`nad:fa0-12`), or a
  node that has no other link. `from`: only what that node sends; else both directions. What is under way keeps its instant. Throws
  `NoSuchLinkError` or `ImpairmentError`.
  */
  impair(link: string, impairment: DeclaredImpairment | null, options?: {from?: string}): Promise<void>;
}

/** A command named a node that the lab does not have. */
export class NoSuchNodeError extends Error {
  override readonly name = 'NoSuchNodeError';

  constructor(node: string, nodes: string[]) {
    super(`the lab has no node ${node}; its nodes are ${nodes.join(', ')}`);
  }
}

export interface UntilOptions<Kind extends LabEventKind> {
  where?: Where<Kind>;
  /** An event, or an instant: only what happened later counts. */
  after?: LabEvent | number;
  withinMs?: number;
}

/** What was waited for did not come; the message ends with what did. */
export class WaitError extends Error {
  override readonly name = 'WaitError';
}

/** The wait behind `Lab.until`. `deadlineMs`: real milliseconds from now. */
export function waitForEvent<Kind extends LabEventKind>(
  timeline: Timeline,
  kind: Kind,
  {where = {}, after = -1, deadlineMs}: {where?: Where<Kind>; after?: LabEvent | number; deadlineMs: number},
): Promise<EventOf<Kind>> {
  const found = () => findEvent(timeline, kind, {where, after});
  const already = found();
  if (already) return Promise.resolve(already);

  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      subscription[Symbol.dispose]();
      settle();
    };
    const subscription = timeline.subscribe(event => {
      if (event.kind === 'fault')
        finish(() => reject(new WaitError(`${event.node} is at fault: ${event.message}\n${timeline}`)));
      const match = event.kind === kind ? found() : undefined;
      if (match) finish(() => resolve(match));
    });
    const timer = setTimeout(
      () =>
        finish(() =>
          reject(
            new WaitError(
              `waited ${deadlineMs} ms for ${kind} ${typeof where === 'function' ? where : JSON.stringify(where)}; it did not come. What did:\n${timeline}`,
            ),
          ),
        ),
      deadlineMs,
    );
  });
}

/** The first event that `Lab.until` would be content with. */
export function findEvent<Kind extends LabEventKind>(
  timeline: Timeline,
  kind: Kind,
  {where = {}, after = -1}: {where?: Where<Kind>; after?: LabEvent | number},
): EventOf<Kind> | undefined {
  return timeline.of(kind, where).find(event => isLater(timeline, event, after));
}

function isLater(timeline: Timeline, event: LabEvent, after: LabEvent | number): boolean {
  if (typeof after === 'number') return event.atMs > after;
  const events = timeline.all();
  return events.indexOf(event) > events.indexOf(after);
}
