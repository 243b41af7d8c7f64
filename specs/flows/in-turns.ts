/** Specs that take turns in one lab, which costs a tenth of a lab for each. */
import test, {type ExecutionContext} from 'ava';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import {becomesCompliant, type Compliance} from '#harness/scenarios/becomes-compliant.ts';
import {openSpecLab, type SpecLabOptions, toldIn} from '#specs/flows/in-lab.ts';

type Turn = (t: ExecutionContext, lab: ContainerLab, compliance: Compliance) => Promise<void>;

/**
Tests in the same lab, one after the other (`test.serial`). Each finds the endpoint newly Compliant, in a session and with an agent of its own,
its first probe still to come. `arrange` runs before that, while the cable is out. A lab in which a test failed is not used again.
*/
export function inTurns(
  options: SpecLabOptions,
): (body: Turn, arrange?: (lab: Lab) => Promise<void>) => (t: ExecutionContext) => Promise<void> {
  let lab: ContainerLab | undefined;
  const close = async () => {
    await lab?.[Symbol.asyncDispose]();
    lab = undefined;
  };
  test.after.always('a lab that was shared is taken down', close);

  return (body, arrange = async () => {}) =>
    async t => {
      lab ??= await openSpecLab(t.title, options);
      const turn = lab;
      try {
        await toldIn(t, turn, async () => body(t, turn, await beginsAnew(turn, arrange)));
      } catch (error) {
        await close();
        throw error;
      }
    };
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
