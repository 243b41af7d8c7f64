/** A console of the switch: `docker exec -it nad node images/nad/console.ts`, or lines on stdin and output on stdout. */
import {connect, type Socket} from 'node:net';
import {stderr, stdin, stdout} from 'node:process';
import {createInterface} from 'node:readline';
import {type ConsoleReply, type ConsoleRequest, consolePath} from '#images/nad/cli-server.ts';
import {LineEditor} from '#protocol/nad/cli/line-editor.ts';
import {morePrompt, Pager} from '#protocol/nad/cli/pager.ts';

/** The switch at the other end: one request at a time. */
class Switch {
  readonly #socket: Socket;
  readonly #lines: AsyncIterator<string>;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#lines = createInterface({input: socket})[Symbol.asyncIterator]();
  }

  async ask(request: ConsoleRequest): Promise<ConsoleReply> {
    this.#socket.write(`${JSON.stringify(request)}\n`);
    return this.hear();
  }

  async hear(): Promise<ConsoleReply> {
    const {value, done} = await this.#lines.next();
    if (done) throw new Error('the switch closed the connection');
    return JSON.parse(value) as ConsoleReply;
  }
}

async function main(): Promise<number> {
  const socket = connect(consolePath);
  try {
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    socket.on('error', () => {}); // `hear` tells that it is closed
    const device = new Switch(socket);
    const {prompt} = await device.hear();
    if (stdin.isTTY) await converse(device, prompt);
    else await obey(device);
    return 0;
  } catch (error) {
    stderr.write(
      `There is no console: ${error instanceof Error ? error.message : String(error)}. Has the lab begun?\n`,
    );
    return 3;
  } finally {
    socket.destroy();
  }
}

/** For scripts: every line of stdin is a command; what the switch prints goes to stdout, without prompts. */
async function obey(device: Switch): Promise<void> {
  for await (const line of createInterface({input: stdin})) {
    const {lines, ends} = await device.ask({execute: line});
    if (lines.length > 0) stdout.write(`${lines.join('\n')}\n`);
    if (ends) return;
  }
}

/** For people: a terminal in raw mode. */
async function converse(device: Switch, firstPrompt: string): Promise<void> {
  const editor = new LineEditor(firstPrompt);
  let prompt = firstPrompt;
  let pager: Pager | undefined;
  const write = (actions: ReturnType<LineEditor['press']>) => {
    for (const action of actions) if (action.kind === 'write') stdout.write(action.text);
  };
  const show = (lines: string[]) => {
    for (const line of lines) stdout.write(`${line}\r\n`);
    if (pager?.isDone === false) stdout.write(morePrompt);
    else {
      pager = undefined;
      write(editor.begin(prompt));
    }
  };

  stdin.setRawMode(true).setEncoding('utf8');
  write(editor.begin(prompt));
  try {
    for await (const input of stdin as AsyncIterable<string>) {
      if (pager !== undefined) {
        stdout.write('\r\u001b[K');
        show(pager.press(input.charAt(0)));
        continue;
      }
      for (const action of editor.press(input)) {
        if (action.kind === 'write') stdout.write(action.text);
        else if (action.kind === 'end') {
          stdout.write('\r\n');
          return;
        } else if (action.kind === 'submit') {
          const reply = await device.ask({execute: action.line});
          if (reply.ends) return;
          prompt = reply.prompt;
          pager = new Pager(reply.lines, reply.lengthLines);
          show(pager.page());
        } else if (action.kind === 'help') {
          const {lines} = await device.ask({help: action.text});
          for (const line of lines) stdout.write(`${line}\r\n`);
          write(editor.begin(prompt, action.text));
        } else {
          const {line = action.text} = await device.ask({complete: action.text});
          write(editor.begin(prompt, line));
        }
      }
    }
  } finally {
    stdin.setRawMode(false);
  }
}

process.exitCode = await main();
