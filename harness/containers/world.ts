import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {deployLab} from '#harness/containers/deploy.ts';
import {openSession} from '#harness/containers/session.ts';
import {saveEvidence, startLinkCaptures} from '#harness/evidence/save.ts';
import type {Lab} from '#harness/lab.ts';
import type {OpenLab} from '#harness/run-scenario.ts';

/** Containers as a place to play scenarios in. */
export interface ContainerWorld extends AsyncDisposable {
  openLab: OpenLab;
  /** Saves timeline, logs, ruleset, captures and agent logs of a lab of this world; resolves to the folder. */
  saveEvidence: (lab: Lab, error?: unknown) => Promise<string>;
}

/** One session for any number of labs, one after the other or side by side. */
export async function openContainerWorld({
  say,
  artifacts,
}: {
  say: (message: string) => void;
  artifacts: string;
}): Promise<ContainerWorld> {
  const session = await openSession(say);
  const labs = new Map<Lab, ContainerLab>();
  return {
    openLab: async ({scenario, settings, prepare}) => {
      const lab = await deployLab(session, {
        topology: scenario.topology,
        settings,
        prepare: async lab => {
          labs.set(lab, lab);
          await startLinkCaptures(lab); // a failure is not known before it happens
          await prepare(lab);
        },
      });
      return lab;
    },
    saveEvidence: async (lab, error) => {
      const own = labs.get(lab);
      if (own === undefined) throw new Error(`lab ${lab.name} is not of this world`);
      return saveEvidence(own, {artifacts, ...(error === undefined ? {} : {error})});
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
