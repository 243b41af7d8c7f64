/** What a desk switch is begun with. */
export interface DeskSwitchSettings {
  /** The interface that leads to the access port. */
  uplink: string;
  hostPorts: string[];
  /** It has its power from the access port. */
  poe: boolean;
}
