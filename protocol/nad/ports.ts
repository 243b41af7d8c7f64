import type {NadSettings} from '#protocol/nad/contract.ts';

export interface Port {
  readonly port: string;
  readonly interface: string;
  carrier: boolean;
  admin: {kind: 'up'} | {kind: 'shutdown'} | {kind: 'err-disabled'} | {kind: 'bouncing'; untilMs: number};
}

/** How long `bounce-host-port` keeps a port down. Catalyst configuration guides say 10 seconds (after recall). */
const bounceMs = 10_000;

/** The access ports: carrier as the kernel reports it, and what the administrator or CoA wants of them. */
export class Ports {
  readonly #ports: Map<string, Port>;

  constructor(declared: NadSettings['accessPorts']) {
    this.#ports = new Map(
      declared.map(({port, interface: name}) => [port, {port, interface: name, carrier: false, admin: {kind: 'up'}}]),
    );
  }

  all(): Port[] {
    return [...this.#ports.values()];
  }

  find(port: string): Port | undefined {
    return this.#ports.get(port);
  }

  interfaceOf(port: string): string {
    return this.#ports.get(port)?.interface ?? port;
  }

  isUp(port: string): boolean {
    return this.#ports.get(port)?.carrier ?? false;
  }

  /** Takes note of a carrier report. Returns whether it changed anything: a port kept down cannot come up. */
  report(port: string, up: boolean): boolean {
    const found = this.#ports.get(port);
    if (found === undefined || found.carrier === up || (up && found.admin.kind !== 'up')) return false;
    found.carrier = up;
    return true;
  }

  shutDown(port: Port): void {
    port.admin = {kind: 'shutdown'};
  }

  errDisable(port: Port): void {
    port.admin = {kind: 'err-disabled'};
  }

  bounce(port: Port, nowMs: number): void {
    port.admin = {kind: 'bouncing', untilMs: nowMs + bounceMs};
  }

  open(port: Port): void {
    port.admin = {kind: 'up'};
  }

  /** Ports whose bounce is over. */
  bounced(nowMs: number): Port[] {
    return this.all().filter(({admin}) => admin.kind === 'bouncing' && admin.untilMs <= nowMs);
  }

  wakeAtMs(): number | undefined {
    const instants = this.all().flatMap(({admin}) => (admin.kind === 'bouncing' ? [admin.untilMs] : []));
    return instants.length === 0 ? undefined : Math.min(...instants);
  }
}
