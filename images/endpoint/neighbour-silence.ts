import {execFile} from 'node:child_process';
import {promisify} from 'node:util';

const run = promisify(execFile);

/** The path in full, because npm has a program of that name too. */
const nft = '/usr/sbin/nft';

/** What a silent host neither hears nor says: all of ARP, or neighbour discovery but for the advertisements of routers. */
const silences = {
  ipv4: {
    family: 'arp',
    hooks: (hook: string) => [`add chain arp silence ${hook} { type filter hook ${hook} priority 0; policy drop; }`],
  },
  ipv6: {
    family: 'ip6',
    hooks: (hook: string) => [
      `add chain ip6 silence ${hook} { type filter hook ${hook} priority 0; policy accept; }`,
      `add rule ip6 silence ${hook} icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } drop`,
    ],
  },
} as const;

/**
A host whose firewall keeps the questions of its neighbours from it (domain.md 11.22). It must be told its gateway's MAC address, because it
does not ask either. Rejects if it does not know that yet.
*/
export async function fallSilent(device: string, gateway: string, of: keyof typeof silences): Promise<void> {
  const {stdout} = await run('ip', ['neigh', 'show', gateway, 'dev', device]);
  if (!stdout.includes('lladdr')) throw new Error(`the host does not know its gateway ${gateway} yet`);
  await run('ip', ['neigh', 'replace', gateway, 'dev', device, 'nud', 'permanent']);
  const {family, hooks} = silences[of];
  const lines = [`add table ${family} silence`, ...hooks('input'), ...hooks('output')];
  await run(nft, [lines.join('\n')]);
}

/** It answers again, and asks for its gateway when it next has something to say. */
export async function endSilence(device: string, gateway: string, of: keyof typeof silences): Promise<void> {
  const {family} = silences[of];
  await run(nft, [`add table ${family} silence\ndelete table ${family} silence`]);
  await run('ip', ['neigh', 'del', gateway, 'dev', device]).catch(() => {}); // it may have none
}
