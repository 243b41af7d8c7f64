import type {Lab} from '#harness/lab.ts';

/** Resolves when another policy node knows of the session too, if the lab's nodes tell each other. */
export async function replicated(lab: Lab, sessionId: string): Promise<void> {
  if (lab.settings.psn.replication) await lab.until('session-created', {where: {origin: 'replication', sessionId}});
}
