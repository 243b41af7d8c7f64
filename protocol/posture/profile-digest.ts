import {createHash} from 'node:crypto';

/** What tells one ISEPostureCFG.xml from another: agent and PSN compare it instead of the text. Ours. */
export function profileDigest(xml: string): string {
  return createHash('sha256').update(xml).digest('hex').slice(0, 16);
}
