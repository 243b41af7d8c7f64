/**
The wire's container: carries the frames of links that misbehave where the kernel has no netem, and in any case remembers, by the events
it tells, how the links of its lab are.
*/
import {type LabClock, labClock} from '#images/shell/clock.ts';
import {type Control, openControl} from '#images/shell/control.ts';
import type {WireCommand, WireOrder, WireView} from '#images/wire/contract.ts';
import {Relay} from '#images/wire/relay.ts';
import type {ImpairmentMethod} from '#protocol/event.ts';
import {noImpairment} from '#protocol/link/impairment.ts';

const running = Promise.withResolvers<Wire>();
const control = await openControl<object>('wire', (id, command) => {
  running.promise
    .then(wire => wire.command(command as WireCommand))
    .then(
      result => control.reply(id, result ?? null),
      (error: Error) => control.refuse(id, error.message),
    );
});

class Wire {
  readonly #control: Control<object>;
  readonly #clock: LabClock;
  readonly #relays = new Map<number, Relay>();
  readonly #orders = new Map<number, WireOrder>();
  #method: ImpairmentMethod | null = null;

  constructor(control: Control<object>) {
    this.#control = control;
    this.#clock = labClock(control.begin.clock);
  }

  async command(command: WireCommand): Promise<unknown> {
    if (command.name === 'view') return this.#view();
    if (command.name === 'open') {
      await Promise.all(command.directions.map(direction => this.#open(direction)));
      return undefined;
    }
    this.#method = command.method;
    for (const order of command.orders) this.#impair(order, command.method);
    return undefined;
  }

  async #open(direction: number): Promise<void> {
    if (this.#relays.has(direction)) return;
    this.#relays.set(direction, await Relay.open(direction, this.#clock));
  }

  #impair(order: WireOrder, method: ImpairmentMethod): void {
    const {direction, link, from, impairment} = order;
    const relay = this.#relays.get(direction);
    if (relay) relay.impairment = impairment ?? noImpairment;
    if (impairment === null) {
      this.#orders.delete(direction);
      this.#control.record({kind: 'link-restored', link, from}, this.#clock.nowMs());
    } else {
      this.#orders.set(direction, order);
      this.#control.record({kind: 'link-impaired', link, from, method, impairment}, this.#clock.nowMs());
    }
  }

  #view(): WireView {
    const method = this.#method;
    if (method === null) return {method, directions: []};
    const directions = [...this.#orders.values()].map(order => {
      const relay = this.#relays.get(order.direction);
      const {received = 0, delivered = 0, overrun = 0} = relay ?? {};
      return {...order, impairment: order.impairment ?? noImpairment, method, received, delivered, overrun};
    });
    return {method, directions};
  }
}

running.resolve(new Wire(control));
control.begun();
