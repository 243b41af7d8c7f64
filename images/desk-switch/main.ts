/**
A desk switch in its container. The kernel's bridge forwards (harness/containers/linker.ts); what is left to do here is to be without
power while the access port is down, if that is where the power comes from.

What `shutdown` of a port and `bounce-host-port` do to a phone's power is ours, after what every administrator has seen: it restarts, and
the host behind it loses its link. How long its start takes is left out.
*/
import {execFile} from 'node:child_process';
import {once} from 'node:events';
import process from 'node:process';
import {promisify} from 'node:util';
import type {DeskSwitchSettings} from '#images/desk-switch/settings.ts';
import {labClock} from '#images/shell/clock.ts';
import {openControl} from '#images/shell/control.ts';
import {setLinks} from '#images/shell/set-links.ts';
import {startTool} from '#images/shell/tool.ts';

const run = promisify(execFile);

await begin();
await once(process, 'SIGTERM');
process.exit(0);

async function begin(): Promise<void> {
  let hasPower = true;
  const control = await openControl<DeskSwitchSettings>('desk-switch', (id, {name}) => {
    if (name === 'view') control.reply(id, {hasPower});
    else control.refuse(id, `a desk switch is unmanaged: it has no command ${JSON.stringify(name)}`);
  });
  const {uplink, hostPorts, poe} = control.begin.settings;
  const clock = labClock(control.begin.clock);
  const fault = (message: string) => control.record({kind: 'fault', message}, clock.nowMs());

  let done: Promise<void> = Promise.resolve();
  const power = (isOn: boolean) => {
    if (isOn === hasPower) return;
    hasPower = isOn;
    control.record({kind: isOn ? 'power-restored' : 'power-lost'}, clock.nowMs());
    done = done.then(() => setLinks(hostPorts, isOn)).catch((error: Error) => fault(error.message));
  };
  const read = (line: string) => {
    const isUp = carrierIn(line, uplink);
    if (isUp !== undefined) power(isUp);
  };
  if (poe) {
    startTool('ip', ['-o', 'monitor', 'link'], {
      onLine: read,
      onEnd: how => fault(`${uplink} is not watched any more: ${how}`),
    });
    const {stdout} = await run('ip', ['-o', 'link', 'show', 'dev', uplink]);
    read(stdout);
    await done;
  }
  control.begun();
}

/** `2: eth0@if9: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 …`, or the same behind `Deleted `; `undefined`: it is about another interface. */
function carrierIn(line: string, device: string): boolean | undefined {
  const [, deleted, name, flags = ''] = /^(Deleted )?\d+: ([^:@]+)(?:@[^:]*)?: <([^>]*)>/.exec(line) ?? [];
  if (name !== device) return undefined;
  return deleted === undefined && flags.split(',').includes('LOWER_UP');
}
