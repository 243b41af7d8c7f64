import {fqdn, type LabSettings} from '#harness/lab-settings.ts';
import {addressOf, type PsnPlan} from '#harness/role-plan.ts';

/** Whom a policy node's server certificate is for (SAN, domain.md 4.5): names and addresses. */
export function certificateNames({node, settings}: {node: string; settings: PsnPlan}, {psn}: LabSettings): string[] {
  const {ipv6Address} = settings;
  return psn.certificateNames ?? [fqdn(node), addressOf(settings), ...(ipv6Address === null ? [] : [ipv6Address])];
}
