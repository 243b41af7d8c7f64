import {connect} from 'node:net';
import type {LabClock} from '#images/shell/clock.ts';
import {Deadline} from '#images/shell/deadline.ts';
import {type PortReport, PortWatch} from '#protocol/agent/port-watch.ts';
import {knockPorts} from '#protocol/nad/knock.ts';

/** Real milliseconds. An open port answers in well under one; what is silent for this long is blocked. */
const patienceMs = 100;
const everyMs = 8;

export interface GapReport {
  /** Lab time. */
  ports: (PortReport & {target: string})[];
}

/**
Knocks at ports every 8 real milliseconds, beside the agent, to see when the switch lets the endpoint through. Each attempt
is a TCP handshake that is reset at once.
*/
export class GapMeter implements Disposable {
  readonly #clock: LabClock;
  #watches: {target: string; address: string; port: number; watch: PortWatch}[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lastPort: number = knockPorts.to;

  constructor(clock: LabClock) {
    this.#clock = clock;
  }

  /** Begins anew, whatever it did before. */
  start(targets: {target: string; address: string; port: number}[]): void {
    this[Symbol.dispose]();
    this.#watches = targets.map(target => ({...target, watch: new PortWatch()}));
    this.#timer = setInterval(() => this.#knock(), everyMs);
  }

  /** Waits for the attempts that are under way. */
  async stop(): Promise<GapReport> {
    this[Symbol.dispose]();
    await new Promise(resolve => setTimeout(resolve, patienceMs + 1));
    return {ports: this.#watches.map(({target, watch}) => ({target, ...watch.report()}))};
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #knock(): void {
    for (const {address, port, watch} of this.#watches) {
      attempt({host: address, port, localPort: this.#nextPort()}, watch.attempt(this.#clock.nowMs()));
    }
  }

  /** In turns, so that a port is free again when it is used again. */
  #nextPort(): number {
    this.#lastPort = this.#lastPort >= knockPorts.to ? knockPorts.from : this.#lastPort + 1;
    return this.#lastPort;
  }
}

/** A port that refuses is as closed as one that is silent: nobody answers there. */
function attempt(to: {host: string; port: number; localPort: number}, ended: (isOpen: boolean) => void): void {
  const socket = connect({...to, noDelay: true});
  const deadline = new Deadline(patienceMs, () => end(false));
  const end = (isOpen: boolean) => {
    deadline.end();
    socket.removeAllListeners();
    socket.on('error', () => {});
    // A reset leaves no TIME_WAIT behind, of which there would soon be too many. Without a connection Node would wait for one to reset it: for
    // two minutes, in which the kernel goes on knocking.
    if (isOpen) socket.resetAndDestroy();
    else socket.destroy();
    ended(isOpen);
  };
  socket.once('connect', () => end(true));
  socket.once('error', () => end(false));
}
