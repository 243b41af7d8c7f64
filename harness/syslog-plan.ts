import {NoSuchNodeError} from '#harness/lab.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import type {Endpoint} from '#protocol/role.ts';

/**
Where a PSN sends its syslog. `psns`: the address of each. A node that is a target itself sends itself nothing: it has its own log
(ours). Throws `NoSuchNodeError`.
*/
export function syslogTargetsOf(
  {syslogTargets, syslogPort: port}: LabSettings['psn'],
  self: string,
  psns: ReadonlyMap<string, string>,
): Endpoint[] {
  const targets = syslogTargets.map(name => {
    const address = psns.get(name);
    if (address === undefined) throw new NoSuchNodeError(name, [...psns.keys()]);
    return {name, address, port};
  });
  return targets.filter(({name}) => name !== self).map(({address}) => ({address, port}));
}
