// What posture needs besides a right dACL, in containers as in virtual time: redirect and portal, profile, names, certificates, accounting,
// a port that lets the PSN through, and PSNs that know the session. Of domain.md 11 the rows 4, 6, 11, 13, 24 to 28, 33, 36 and 38; row 34
// is in host-modes.spec.ts.
import test from 'ava';
import {library} from '#harness/scenarios/library/all.ts';
import {redirect} from '#harness/scenarios/library/redirect.ts';
import {surroundings} from '#harness/scenarios/library/surroundings.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';

const further = [
  'probe-port-missing-in-unknown',
  'untrusted-psn',
  'certificate-of-another-name',
  'failover-with-replication',
  'failover-without-replication',
  'closed-port',
  'stale-session',
].map(name => library.find(scenario => scenario.name === name) ?? raise(`the library has no ${name}`));

for (const scenario of [...redirect, ...surroundings, ...further]) test(scenario.claim, playsAlike(scenario));

function raise(message: string): never {
  throw new Error(message);
}
