import {familyOf} from '#protocol/dacl/ip-address.ts';
import {type Command, keyword} from '#protocol/nad/cli/command.ts';
import {shortInterfaceName} from '#protocol/nad/cli/interface-name.ts';
import {ciscoMac} from '#protocol/nad/cli/mac.ts';

/** The VLAN of every access port in our labs. */
const vlan = 255;
const rule = '-'.repeat(95);

export const showDeviceTracking: Command = {
  form: [
    keyword('show', 'Show running system information'),
    keyword('ip', 'IP information'),
    keyword('device', 'Show IP Tracking Hosts'),
    keyword('tracking', 'IP Device Tracking'),
    keyword('all', 'IP Tracking Hosts'),
  ],
  hasOutput: true,
  run: ({world: {view}}) => ({
    lines: [
      'Global IP Device Tracking for clients = Enabled',
      'Global IP Device Tracking Probe Count = 3',
      'Global IP Device Tracking Probe Interval = 30',
      'Global IP Device Tracking Probe Delay Interval = 0',
      rule,
      '  IP Address    MAC Address   Vlan  Interface           Probe-Timeout      State    Source',
      rule,
      ...view.tracking
        .filter(({address}) => familyOf(address) === 'ipv4')
        .map(({address, mac, interface: name, state}) =>
          [
            address.padEnd(15),
            ciscoMac(mac),
            String(vlan).padEnd(4),
            name.padEnd(22),
            '30'.padEnd(15),
            state.padEnd(8),
            'ARP',
          ].join(' '),
        ),
      '',
      `Total number interfaces enabled: ${view.ports.length}`,
      'Enabled interfaces:',
      `  ${view.ports.map(port => shortInterfaceName(port.interface)).join(', ')}`,
    ],
  }),
};
