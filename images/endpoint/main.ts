/** An endpoint in its container: gives the pure agent its files, its adapter, HTTPS and real time. */
import {once} from 'node:events';
import process from 'node:process';
import {DhcpClient} from '#images/endpoint/dhcp-client.ts';
import {GapMeter} from '#images/endpoint/gap-meter.ts';
import {NetworkAdapter} from '#images/endpoint/network-adapter.ts';
import type {NodeCommand} from '#images/endpoint/node-command.ts';
import {PostureFiles} from '#images/endpoint/posture-files.ts';
import {readProfileXml} from '#images/endpoint/profile-xml.ts';
import {NameResolver} from '#images/endpoint/resolver.ts';
import type {EndpointNodeSettings} from '#images/endpoint/settings.ts';
import {type Supplicant, startSupplicant} from '#images/endpoint/supplicant.ts';
import {carry} from '#images/shell/carry.ts';
import {labClock} from '#images/shell/clock.ts';
import {openControl} from '#images/shell/control.ts';
import {HttpClient, type HttpOutcome} from '#images/shell/http-client.ts';
import {HttpsClient, type HttpsOutcome} from '#images/shell/https-client.ts';
import {Agent} from '#protocol/agent/agent.ts';
import type {AgentEffect, AgentInput} from '#protocol/agent/contract.ts';
import {Phone} from '#protocol/phone/phone.ts';
import type {CommonEffect} from '#protocol/role.ts';

await run();
process.exit(0);

/** Until the container is stopped. */
async function run(): Promise<void> {
  const control = await openControl<EndpointNodeSettings>('endpoint', (id, command) => {
    obey(id, command as NodeCommand).catch((error: unknown) => control.refuse(id, String(error)));
  });
  const {
    phone,
    interface: name,
    gateway,
    dhcp,
    slaac,
    hosts,
    ca,
    profileXml,
    supplicant,
    ...settings
  } = control.begin.settings;
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
  const role = phone
    ? new Phone()
    : new Agent({
        ...settings,
        addresses: [], // until the adapter is known to have its link
        profile: files.readProfile(),
        knownPsns: files.readKnownPsns(),
      });
  const carried = carry<AgentInput, AgentEffect>({role, clock, control, perform});
  opened.defer(() => carried.stop());
  let ipv4Addresses: string[] = [];
  /** Without an IPv4 address the link is as good as down for the agent. */
  const tellLink = (addresses: string[]) => {
    names.forget();
    ipv4Addresses = addresses;
    const up = addresses.length > 0;
    carried.input({kind: 'link', up, addresses: up ? [...addresses, ...ipv6Addresses] : []});
  };
  const lease = dhcp
    ? opened.use(
        new DhcpClient({
          name,
          configure: given => adapter.configure(given),
          onAddresses: tellLink,
          record: event => control.record(event, clock.nowMs()),
        }),
      )
    : undefined;
  const adapter = opened.use(
    new NetworkAdapter({
      name,
      gateway,
      restoresRoute: !dhcp,
      hasSlaac: slaac !== null,
      onDevice: device => supplicantOn(device),
      onCarrier(up, ipv6) {
        ipv6Addresses = ipv6;
        if (lease === undefined) tellLink(up ? settings.addresses : []);
        else lease.carrier(up);
      },
      onIpv6(ipv6) {
        ipv6Addresses = ipv6;
        tellLink(ipv4Addresses);
      },
      onFault: message => control.record({kind: 'fault', message}, clock.nowMs()),
    }),
  );
  let program: Supplicant | undefined;
  let programDevice: number | undefined;
  opened.defer(() => program?.[Symbol.dispose]());
  /** Resolves when the supplicant answers on this device: it does not notice that its own has gone and another one has come. */
  const supplicantOn = async (device: number): Promise<void> => {
    if (supplicant === null || programDevice === device) return;
    programDevice = device;
    program?.[Symbol.dispose]();
    program = startSupplicant(supplicant, {
      name,
      ca,
      onOutcome: outcome => control.record(outcome, clock.nowMs()),
      onEnd: message => control.record({kind: 'fault', message}, clock.nowMs()),
    });
    await program.ready.catch(() => {}); // told as a fault
  };
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
      case 'answer-discovery':
        await adapter.answerDiscovery(command.answers);
        return control.reply(id, null);
      case 'lease':
        lease?.[command.does]();
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

  await adapter.begin();
  carried.input({kind: 'start'});
  control.begun();
  await once(process, 'SIGTERM');
}
