import type {HostMode, NadSettings} from '#protocol/nad/contract.ts';

/** In the words of IOS; `multi-host`, in which one host opens the port to all, is not here. */
export const hostModes: readonly HostMode[] = ['single-host', 'multi-auth', 'multi-domain'];

export function hostModeOf({hostMode, hostModes}: NadSettings, port: string): HostMode {
  return hostModes[port] ?? hostMode;
}

/** Whether one more host is one too many, whatever it turns out to be. */
export function isFull(hostMode: HostMode, hosts: number): boolean {
  return (hostMode === 'single-host' && hosts >= 1) || (hostMode === 'multi-domain' && hosts >= 2);
}
