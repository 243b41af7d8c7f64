/**
A desk switch in its container. The kernel's bridge forwards (harness/containers/linker.ts); what is left to do here is to be without
power while the access port is down, if that is where the power comes from.

What `shutdown` of a port and `bounce-host-port` do to a phone's power is ours, after what every administrator has seen: it restarts, and
the host behind it loses its link. How long its start takes is left out.
*/
import {once} from 'node:events';
import process from 'node:process';
import type {DeskSwitchSettings} from '#images/desk-switch/settings.ts';
import {labClock} from '#images/shell/clock.ts';
import {openControl} from '#images/shell/control.ts';
import {type LinkNews, linkNow, watchLinks} from '#images/shell/link-news.ts';
import {setLinks} from '#images/shell/set-links.ts';

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
  const take = (news: LinkNews | undefined) => {
    if (news?.name === uplink) power(news.hasCarrier && !news.isGone);
  };
  if (poe) {
    watchLinks({onNews: take, onEnd: how => fault(`${uplink} is not watched any more: ${how}`)});
    take(await linkNow(uplink));
    await done;
  }
  control.begun();
}
