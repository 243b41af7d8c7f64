import {
  clearAuthenticationSessions,
  clearAuthenticationSessionsInterface,
} from '#protocol/nad/cli/clear-authentication-sessions.ts';
import type {Command} from '#protocol/nad/cli/command.ts';
import {disable, enable, exit, logout} from '#protocol/nad/cli/privilege.ts';
import {showAaaServers} from '#protocol/nad/cli/show-aaa-servers.ts';
import {
  showAccessList,
  showAccessLists,
  showIpAccessList,
  showIpAccessLists,
} from '#protocol/nad/cli/show-access-lists.ts';
import {
  showAllAuthenticationDetails,
  showAuthenticationDetails,
} from '#protocol/nad/cli/show-authentication-details.ts';
import {
  showAuthenticationSessions,
  showAuthenticationSessionsInterface,
} from '#protocol/nad/cli/show-authentication-sessions.ts';
import {showClock} from '#protocol/nad/cli/show-clock.ts';
import {showDeviceTracking} from '#protocol/nad/cli/show-device-tracking.ts';
import {showIpAccessListsInterface} from '#protocol/nad/cli/show-ip-access-lists-interface.ts';
import {showIpv6AccessList, showNamedIpv6AccessList} from '#protocol/nad/cli/show-ipv6-access-list.ts';
import {showVersion} from '#protocol/nad/cli/show-version.ts';
import {terminalLength, terminalWidth} from '#protocol/nad/cli/terminal.ts';

/** Everything that can be typed. */
export const commands: readonly Command[] = [
  clearAuthenticationSessions,
  clearAuthenticationSessionsInterface,
  disable,
  enable,
  exit,
  logout,
  showAaaServers,
  showAccessList,
  showAccessLists,
  showAllAuthenticationDetails,
  showAuthenticationDetails,
  showAuthenticationSessions,
  showAuthenticationSessionsInterface,
  showClock,
  showDeviceTracking,
  showIpAccessList,
  showIpAccessLists,
  showIpAccessListsInterface,
  showIpv6AccessList,
  showNamedIpv6AccessList,
  showVersion,
  terminalLength,
  terminalWidth,
];
