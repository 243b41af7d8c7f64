import {once} from 'node:events';
import {rmSync} from 'node:fs';
import {createServer, type Socket} from 'node:net';
import {createInterface} from 'node:readline';
import {Cli} from '#protocol/nad/cli/cli.ts';
import type {CliWorld} from '#protocol/nad/cli/command.ts';
import type {NadCommand} from '#protocol/nad/contract.ts';

/** Where consoles of the switch find it, within its container. */
export const consolePath = '/run/posturelab/console.sock';

/** One line of JSON each, in and out; every request is answered by one reply, and one comes unasked at the start. */
export type ConsoleRequest = {execute: string} | {help: string} | {complete: string};

export interface ConsoleReply {
  lines: string[];
  /** What `complete` made of the line. */
  line?: string;
  prompt: string;
  lengthLines: number;
  ends: boolean;
}

/** Serves consoles on a unix socket, each with a mode and a terminal of its own. */
export async function openCliServer({
  path = consolePath,
  world,
  order,
}: {
  path?: string;
  world: () => Promise<CliWorld>;
  order: (command: NadCommand) => void;
}): Promise<AsyncDisposable> {
  rmSync(path, {force: true}); // what a killed process left
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {}); // told by `close`
    socket.on('close', () => sockets.delete(socket));
    serve(socket, {world, order});
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function serve(
  socket: Socket,
  {world, order}: {world: () => Promise<CliWorld>; order: (command: NadCommand) => void},
): void {
  const cli = new Cli();
  let last: Promise<unknown> = Promise.resolve();
  const answer = (request: ConsoleRequest) => {
    last = last
      .then(async () => replyTo(request, cli, await world(), order))
      .then(
        reply => socket.write(`${JSON.stringify(reply)}\n`),
        error => socket.destroy(error),
      );
  };
  answer({execute: ''});
  createInterface({input: socket}).on('line', line => {
    const request = readRequest(line);
    if (request) answer(request);
    else socket.destroy();
  });
}

function replyTo(
  request: ConsoleRequest,
  cli: Cli,
  world: CliWorld,
  order: (command: NadCommand) => void,
): ConsoleReply {
  const reply = (lines: string[], more: Partial<ConsoleReply> = {}): ConsoleReply => ({
    lines,
    prompt: cli.prompt(world),
    lengthLines: cli.lengthLines,
    ends: false,
    ...more,
  });
  if ('help' in request) return reply(cli.help(request.help, world));
  if ('complete' in request) return reply([], {line: cli.complete(request.complete, world)});
  const {lines, orders = [], ends = false} = cli.execute(request.execute, world);
  for (const command of orders) order(command);
  return reply(lines, {ends});
}

function readRequest(line: string): ConsoleRequest | undefined {
  try {
    const request: unknown = JSON.parse(line);
    if (typeof request !== 'object' || request === null) return undefined;
    const [[kind, text] = []] = Object.entries(request);
    if (typeof text !== 'string') return undefined;
    if (kind === 'execute') return {execute: text};
    if (kind === 'help') return {help: text};
    return kind === 'complete' ? {complete: text} : undefined;
  } catch {
    return undefined;
  }
}
