/**
The one way in and out of a node: NDJSON on stdin and stdout (design.md 3).

    in   {"begin": {node, clock, settings}}          once, when the links are there
         {"command": {id, command}}                  any time after
    out  {"ready": {kind, monotonicMs}}              the process runs and waits for `begin`
         {"begun": {}}                               sockets and tools are open; the node takes part
         {"event": {atMs, node, kind, …}}
         {"reply": {id, result}} or {"refuse": {id, message}}

Several programs may be attached at the same time; each sees every line and picks its replies by `id`. The command `clock`
is answered here: what a program that joins later needs to tell lab time.
*/
import {stdin, stdout} from 'node:process';
import {createInterface} from 'node:readline';
import {type ClockSettings, monotonicMs} from '#images/shell/clock.ts';
import type {LabEventBody} from '#protocol/event.ts';

export interface Begin<Settings> {
  node: string;
  clock: ClockSettings;
  settings: Settings;
}

export interface Control<Settings> {
  begin: Begin<Settings>;
  /** To be called once: everything that others of the lab will talk to is open. */
  begun(): void;
  record(event: LabEventBody, atMs: number): void;
  reply(id: string, result: unknown): void;
  refuse(id: string, message: string): void;
}

/**
Says that the node is ready, waits for its settings and hands every command to `onCommand`, in order. Commands that come
before the caller's `await` returns are kept. Lines that are no JSON are answered by a `fault` event, not by a crash.
*/
export async function openControl<Settings>(
  kind: string,
  onCommand: (id: string, command: {name: string}) => void,
): Promise<Control<Settings>> {
  const begun = Promise.withResolvers<Begin<Settings>>();
  const early: {id: string; command: {name: string}}[] = [];
  let clock: ClockSettings | undefined;
  let open = false;

  createInterface({input: stdin}).on('line', line => {
    const message = readLine<Settings>(line);
    if (message === undefined) {
      write({event: {atMs: 0, node: kind, kind: 'fault', message: `not a control message: ${line.slice(0, 200)}`}});
    } else if ('begin' in message) {
      clock = message.begin.clock;
      begun.resolve(message.begin);
    } else if (message.command.command.name === 'clock') {
      write({reply: {id: message.command.id, result: {...clock, monotonicMs: monotonicMs()}}});
    } else if (open) {
      onCommand(message.command.id, message.command.command);
    } else {
      early.push(message.command);
    }
  });
  write({ready: {kind, monotonicMs: monotonicMs()}});

  const begin = await begun.promise;
  setImmediate(() => {
    open = true;
    for (const {id, command} of early) onCommand(id, command);
  });
  return {
    begin,
    begun: () => write({begun: {}}),
    record: (event, atMs) => write({event: {atMs, node: begin.node, ...event}}),
    reply: (id, result) => write({reply: {id, result}}),
    refuse: (id, message) => write({refuse: {id, message}}),
  };
}

type Message<Settings> = {begin: Begin<Settings>} | {command: {id: string; command: {name: string}}};

function readLine<Settings>(line: string): Message<Settings> | undefined {
  try {
    const message: unknown = JSON.parse(line);
    if (typeof message !== 'object' || message === null) return undefined;
    return 'begin' in message || 'command' in message ? (message as Message<Settings>) : undefined;
  } catch {
    return undefined;
  }
}

function write(message: object): void {
  stdout.write(`${JSON.stringify(message)}\n`);
}
