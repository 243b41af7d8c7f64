import {hash} from 'node:crypto';

/** What tells one ISEPostureCFG.xml from another: agent and PSN compare it instead of the text. Ours. */
export function profileDigest(xml: string): string {
  return hash('sha256', xml).slice(0, 16);
}
