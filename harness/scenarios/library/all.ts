import type {Scenario} from '#harness/scenario.ts';
import {clocks} from '#harness/scenarios/library/clocks.ts';
import {daclMistakes} from '#harness/scenarios/library/dacl-mistakes.ts';
import {dhcp} from '#harness/scenarios/library/dhcp.ts';
import {dot1xTroubles} from '#harness/scenarios/library/dot1x-troubles.ts';
import {dualStack} from '#harness/scenarios/library/dual-stack.ts';
import {failover} from '#harness/scenarios/library/failover.ts';
import {fullSwitch} from '#harness/scenarios/library/full-switch.ts';
import {hostModes} from '#harness/scenarios/library/host-modes.ts';
import {interleavings} from '#harness/scenarios/library/interleavings.ts';
import {networkTroubles} from '#harness/scenarios/library/network-troubles.ts';
import {perUserAcl} from '#harness/scenarios/library/per-user-acl.ts';
import {redirect} from '#harness/scenarios/library/redirect.ts';
import {restarts} from '#harness/scenarios/library/restarts.ts';
import {roughLinks} from '#harness/scenarios/library/rough-links.ts';
import {sessionTimeout} from '#harness/scenarios/library/session-timeout.ts';
import {staleState} from '#harness/scenarios/library/stale-state.ts';
import {surroundings} from '#harness/scenarios/library/surroundings.ts';
import {syslog} from '#harness/scenarios/library/syslog.ts';

/**
Beyond the six stories: the interleavings of domain.md 7.3 and the rows of its section 11. All of them play in both worlds.
*/
export const library: readonly Scenario[] = [
  ...interleavings,
  ...daclMistakes,
  ...networkTroubles,
  ...staleState,
  ...failover,
  ...restarts,
  ...clocks,
  ...sessionTimeout,
  ...dot1xTroubles,
  ...dhcp,
  ...redirect,
  ...roughLinks,
  ...surroundings,
  fullSwitch,
  ...syslog,
  ...dualStack,
  perUserAcl,
  ...hostModes,
];
