import type {Lab} from '#harness/lab.ts';
import {daclNames} from '#harness/policy-plan.ts';
import type {EventOf, LabEvent} from '#protocol/event.ts';

/** What makes an endpoint safe to probe: its own status, and the dACL in force at the switch. */
export interface Compliance {
  /** t1 of domain.md 7.2. */
  settled: EventOf<'posture-settled'>;
  /** t2. */
  shown: EventOf<'status-shown'>;
  /** t7. */
  installed: EventOf<'acl-installed'>;
}

/** Waits until the endpoint is Compliant everywhere: at the PSN, in its own eyes, and in the kernel of the switch. */
export async function becomesCompliant(lab: Lab, after: LabEvent | number = -1): Promise<Compliance> {
  const settled = await lab.until('posture-settled', {where: {status: 'Compliant'}, after});
  const [shown, installed] = await Promise.all([
    lab.until('status-shown', {where: {status: 'Compliant'}, after: settled}),
    lab.until('acl-installed', {where: isCompliantAcl, after: settled}),
  ]);
  return {settled, shown, installed};
}

export const isCompliantAcl = ({acl}: {acl: string | null}): boolean =>
  acl?.includes(`-${daclNames.compliant}-`) ?? false;

export const isUnknownAcl = ({acl}: {acl: string | null}): boolean => acl?.includes(`-${daclNames.unknown}-`) ?? false;
