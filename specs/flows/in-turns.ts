/** Specs that take turns in one lab, which costs a tenth of a lab for each. */
import type {ExecutionContext} from 'ava';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import {becomesCompliant, type Compliance} from '#harness/scenarios/becomes-compliant.ts';
import type {SpecLabOptions} from '#specs/flows/in-lab.ts';
import {inSharedLab} from '#specs/flows/in-shared-lab.ts';

type Turn = (t: ExecutionContext, lab: ContainerLab, compliance: Compliance) => Promise<void>;

/**
Tests in the same lab, each of which finds the endpoint newly Compliant, in a session and with an agent of its own, its first probe still to
come. `arrange` runs before that, while the cable is out.
*/
export function inTurns(
  options: SpecLabOptions,
): (body: Turn, arrange?: (lab: Lab) => Promise<void>) => (t: ExecutionContext) => Promise<void> {
  const inLab = inSharedLab(options);
  return (body, arrange = async () => {}) => inLab(async (t, lab) => body(t, lab, await beginsAnew(lab, arrange)));
}

/**
A new session after a pulled cable, a new agent after a restart of its service. The lab's first session must be authorized before: one
that is not ends without a Stop, and the PSN would find it by its address.
*/
async function beginsAnew(lab: Lab, arrange: (lab: Lab) => Promise<void>): Promise<Compliance> {
  const endpoint = endpointOf(lab);
  await lab.until('session-authorized');
  const fromMs = lab.nowMs();
  await endpoint.linkDown();
  await lab.until('link-down', {after: fromMs});
  await arrange(lab);
  await endpoint.restartService();
  const started = await lab.until('service-started', {after: fromMs});
  await endpoint.linkUp();
  return becomesCompliant(lab, started);
}
