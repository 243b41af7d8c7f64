import type {ConnectedPsn, RunContext} from '#protocol/agent/run-context.ts';

/**
Whom state sync asks, in order: the connected PSN, then the profile's backup list (domain.md 3.3).

If that list is empty, up to `backupPsnLimit` of the other PSNs that the agent knows, from the call home list and from
ConnectionData.xml. TAC 222483's text says any two, its screenshot all: the limit is the switch.
*/
export function syncTargets({host, profile, knownPsns}: RunContext, {fqdn}: ConnectedPsn): string[] {
  const backups = profile.stateSyncProbeBackupList;
  if (backups.length > 0) return distinct([fqdn, ...backups]);
  const known = [...profile.callHomeList.map(target => target.host), ...knownPsns];
  return distinct([fqdn, ...known]).slice(0, 1 + host.settings.backupPsnLimit);
}

/** Names are compared as DNS does; the first of equals is kept. */
function distinct(names: string[]): string[] {
  const folded = names.map(name => name.toLowerCase());
  return names.filter((_, index) => folded.indexOf(folded[index] ?? '') === index);
}
