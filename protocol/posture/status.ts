/** The session attribute `Session:PostureStatus` (domain.md 2.1). */
export type PostureStatus = 'Unknown' | 'Pending' | 'Compliant' | 'NonCompliant';

export const postureStatuses: readonly PostureStatus[] = ['Unknown', 'Pending', 'Compliant', 'NonCompliant'];

/** Known statuses are those in which the dACL must close the probe port (TAC 222483). */
export function isKnown(status: PostureStatus): boolean {
  return status === 'Compliant' || status === 'NonCompliant';
}
