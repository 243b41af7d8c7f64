import type {NodeSurroundings, SimulatedNode} from '#harness/simulator/simulated-node.ts';
import type {DeskSwitchSettings} from '#images/desk-switch/settings.ts';

/** A desk switch: images/desk-switch/main.ts in virtual time. What it forwards is the network's business (access-wiring.ts). */
export class DeskNode implements SimulatedNode {
  readonly #surroundings: NodeSurroundings;
  readonly #settings: DeskSwitchSettings;
  readonly #setPort: (port: string, isUp: boolean) => void;
  #hasPower = true;
  #isRunning = false;

  constructor(
    surroundings: NodeSurroundings,
    settings: DeskSwitchSettings,
    setPort: (port: string, isUp: boolean) => void,
  ) {
    this.#surroundings = surroundings;
    this.#settings = settings;
    this.#setPort = setPort;
  }

  boot(): void {
    this.#isRunning = true;
    const {network, node} = this.#surroundings;
    this.#power(network.link(`${node}:${this.#settings.uplink}`).isUp);
  }

  powerOff(): void {
    this.#isRunning = false;
  }

  pause(): void {}

  resume(): void {}

  carrier(port: string, isUp: boolean): void {
    if (this.#isRunning && port === this.#settings.uplink) this.#power(isUp);
  }

  command(id: string, {name}: {name: string}): void {
    const {outlets} = this.#surroundings;
    if (name === 'view') outlets.reply(id, {hasPower: this.#hasPower});
    else outlets.refuse(id, `a desk switch is unmanaged: it has no command ${JSON.stringify(name)}`);
  }

  #power(isOn: boolean): void {
    if (!this.#settings.poe || isOn === this.#hasPower) return;
    this.#hasPower = isOn;
    this.#surroundings.outlets.record({kind: isOn ? 'power-restored' : 'power-lost'});
    for (const port of this.#settings.hostPorts) this.#setPort(port, isOn);
  }
}
