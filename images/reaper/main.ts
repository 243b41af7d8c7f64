/**
The reaper: removes what killed programs left on the engine. It speaks Ryuk's protocol on TCP 8080: a client says by its
labels what is its own, and as long as it is connected, that stays. `keep` (ours) makes it stay for good.
*/
import {createServer, type Socket} from 'node:net';
import process, {env, exit} from 'node:process';
import {createInterface} from 'node:readline';
import {Holds, type Loose} from '#images/reaper/holds.ts';
import {prune} from '#images/reaper/prune.ts';
import {readRequest} from '#images/reaper/request.ts';
import {readSettings} from '#images/reaper/settings.ts';

const tickMs = 250;
const inputLimitBytes = 1_048_576;
const looksUntilGone = 2; // what an engine was still making when its client died shows up a moment later
const giveUpAfterMs = 120_000;

const settings = readSettings(env);
const holds = new Holds<Socket>();
const clients = new Set<Socket>();
const pruning = new Set<string>();
let quietSinceMs = Date.now();
let patienceMs = settings.connectionTimeoutMs;

const server = createServer(client => {
  clients.add(client);
  client.setKeepAlive(true, 10_000).on('error', () => {}); // told by `close`
  client.on('data', () => {
    if (client.bytesRead > inputLimitBytes) client.destroy();
  });
  createInterface({input: client}).on('line', line => {
    if (line.trim() !== '') client.write(`${answer(client, line.trim())}\n`);
  });
  client.on('close', () => {
    clients.delete(client);
    holds.release(client, Date.now());
    quietSinceMs = Date.now();
    patienceMs = settings.reconnectionTimeoutMs;
  });
});
server.listen(settings.port, () => console.log(`Started, listening on port ${settings.port}`));
setInterval(tick, tickMs);
process.on('SIGTERM', () => exit(0)); // clients that still live will start another one
process.on('SIGINT', () => exit(0));

function answer(client: Socket, line: string): string {
  const request = readRequest(line);
  if (request.kind === 'refused') return `NAK ${request.reason}`;
  if (request.kind === 'hold') holds.hold(client, request.labels);
  else holds.keep(client);
  log(`${client.remoteAddress}: ${line}`);
  return 'ACK';
}

function tick(): void {
  const nowMs = Date.now();
  const loose = holds.loose();
  for (const filter of loose) {
    if (nowMs - filter.sinceMs >= settings.reconnectionTimeoutMs) void clean(filter);
  }
  if (clients.size === 0 && loose.length === 0 && nowMs - quietSinceMs >= patienceMs) {
    log('Nobody is connected and nothing is left to do.');
    exit(0);
  }
}

/** Looks again and again until nothing is left, or until a client has taken the filter up again. */
async function clean(filter: Loose): Promise<void> {
  const key = JSON.stringify(filter.labels);
  if (pruning.has(key)) return;
  pruning.add(key);
  const startMs = Date.now();
  for (let empty = 0; empty < looksUntilGone && isLoose(key); ) {
    const found = await prune(filter.labels, {...settings, log}).catch(error => {
      console.error(error instanceof Error ? error.message : String(error));
      return 1; // unknown: look again
    });
    empty = found === 0 ? empty + 1 : 0;
    if (Date.now() - startMs > giveUpAfterMs) {
      console.error(`Gave up: something labelled ${filter.labels.join(', ')} cannot be removed.`);
      break;
    }
    await new Promise(resolve => setTimeout(resolve, settings.retryIntervalMs));
  }
  pruning.delete(key);
  holds.forget(filter);
}

function isLoose(key: string): boolean {
  return holds.loose().some(({labels}) => JSON.stringify(labels) === key);
}

function log(message: string): void {
  if (settings.verbose) console.log(message);
}
