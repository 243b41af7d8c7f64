import {profileDigest} from '#protocol/posture/profile-digest.ts';

/** ISEPostureCFG.xml as client provisioning has it, and what tells it from others. */
export interface ProvisionedProfile {
  xml: string;
  digest: string;
}

export function provisionedProfile(xml: string): ProvisionedProfile {
  return {xml, digest: profileDigest(xml)};
}
