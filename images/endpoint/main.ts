/** An endpoint in its container: gives the pure agent its files, its adapter, HTTPS and real time. */
import {once} from 'node:events';
import process from 'node:process';
import {GapMeter} from '#images/endpoint/gap-meter.ts';
import {NetworkAdapter} from '#images/endpoint/network-adapter.ts';
import type {NodeCommand} from '#images/endpoint/node-command.ts';
import {PostureFiles} from '#images/endpoint/posture-files.ts';
import {readProfileXml} from '#images/endpoint/profile-xml.ts';
import {NameResolver} from '#images/endpoint/resolver.ts';
import type {EndpointNodeSettings} from '#images/endpoint/settings.ts';
import {startSupplicant} from '#images/endpoint/supplicant.ts';
import {carry} from '#images/shell/carry.ts';
import {labClock} from '#images/shell/clock.ts';
import {openControl} from '#images/shell/control.ts';
import {HttpClient, type HttpOutcome} from '#images/shell/http-client.ts';
import {HttpsClient, type HttpsOutcome} from '#images/shell/https-client.ts';
import {Agent} from '#protocol/agent/agent.ts';
import type {AgentEffect, AgentInput} from '#protocol/agent/contract.ts';
import type {CommonEffect} from '#protocol/role.ts';

await run();
process.exit(0);

/** Until the container is stopped. */
async function run(): Promise<void> {
  const control = await openControl<EndpointNodeSettings>('endpoint', (id, command) => {
    obey(id, command as NodeCommand).catch((error: unknown) => control.refuse(id, String(error)));
  });
  const {interface: name, gateway, slaac, hosts, ca, profileXml, supplicant, ...settings} = control.begin.settings;
  const clock = labClock(control.begin.clock);
  using opened = new DisposableStack();
  const files = new PostureFiles();
  files.install({profileXml, knownPsns: settings.knownPsns});

  let ipv6Addresses: string[] = [];
  const names = new NameResolver({server: gateway, clock, hasIpv6: () => ipv6Addresses.length > 0});
  const {resolve} = names;
  const onOutcome = (outcome: HttpsOutcome | HttpOutcome) => carried.input(outcome);
  const client = opened.use(new HttpsClient({clock, resolve, identity: {ca}, onOutcome}));
  const httpClient = opened.use(new HttpClient({clock, resolve, onOutcome}));
  const perform = (effect: Exclude<AgentEffect, CommonEffect<unknown>>) => {
    switch (effect.kind) {
      case 'https-open':
        return client.open(effect);
      case 'https-send':
        return client.send(effect);
      case 'https-abandon':
        client.abandon(effect.connectionId);
        return httpClient.abandon(effect.connectionId);
      case 'http-ask':
        return httpClient.ask(effect);
      case 'log':
        return files.appendLog(effect.line);
      case 'install-profile': {
        const profile = readProfileXml(effect.xml);
        if (profile.kind === 'read') files.writeProfile(effect.xml);
        return carried.input({kind: 'profile-installed', profile});
      }
      case 'remember-psns':
        return files.writeKnownPsns(effect.psns);
      case 'announce':
        return adapter.announce();
    }
  };
  const role = new Agent({
    ...settings,
    addresses: [], // until the adapter is known to have its link
    profile: files.readProfile(),
    knownPsns: files.readKnownPsns(),
  });
  const carried = carry<AgentInput, AgentEffect>({role, clock, control, perform});
  opened.defer(() => carried.stop());
  const adapter = opened.use(
    new NetworkAdapter({
      name,
      gateway,
      hasSlaac: slaac !== null,
      onCarrier: (up, ipv6) => {
        names.forget();
        ipv6Addresses = ipv6;
        carried.input({kind: 'link', up, addresses: up ? [...settings.addresses, ...ipv6] : []});
      },
      onFault: message => control.record({kind: 'fault', message}, clock.nowMs()),
    }),
  );
  const gapMeter = opened.use(new GapMeter(clock));

  const obey = async (id: string, command: NodeCommand): Promise<void> => {
    switch (command.name) {
      case 'replace-profile': {
        const profile = readProfileXml(String(command.xml));
        if (profile.kind === 'read') files.writeProfile(command.xml);
        return carried.input({kind: 'command', id, command: {name: 'replace-profile', profile}});
      }
      case 'restart-service': {
        const read = {profile: files.readProfile(), knownPsns: files.readKnownPsns()};
        return carried.input({kind: 'command', id, command: {name: 'restart-service', files: read}});
      }
      case 'link':
        await adapter.plug(command.up);
        return control.reply(id, null);
      case 'answer-arp':
        await adapter.answerArp(command.answers);
        return control.reply(id, null);
      case 'read-log':
        return control.reply(id, files.readLog());
      case 'start-gap-meter':
        gapMeter.start(Object.entries(hosts).map(([target, address]) => ({target, address, port: command.port})));
        return control.reply(id, null);
      case 'stop-gap-meter':
        return control.reply(id, await gapMeter.stop());
      default:
        return carried.input({kind: 'command', id, command});
    }
  };

  if (supplicant !== null) {
    const program = startSupplicant(supplicant, {
      name,
      ca,
      onOutcome: outcome => control.record(outcome, clock.nowMs()),
      onEnd: message => control.record({kind: 'fault', message}, clock.nowMs()),
    });
    await opened.use(program).ready;
  }
  await adapter.begin();
  carried.input({kind: 'start'});
  control.begun();
  await once(process, 'SIGTERM');
}
