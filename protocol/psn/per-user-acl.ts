import {entriesOf} from '#protocol/psn/acl-server.ts';
import type {AuthorizationProfile} from '#protocol/psn/contract.ts';
import {aclEntryPair, aclRoundBudgetBytes} from '#protocol/radius/acl-download.ts';
import {avPair} from '#protocol/radius/attributes.ts';

/** What else an Access-Accept may hold: two dACLs' names and the two redirect pairs, each as long as it can be. */
const budgetBytes = aclRoundBudgetBytes - 4 * 255;

/** The pairs for the entries that a profile sends itself. `undefined`: they do not fit into one Access-Accept, and there is no second. */
export function perUserPairs({perUserAcl = '', perUserIpv6Acl = ''}: AuthorizationProfile): string[] | undefined {
  const pairs = [
    ...entriesOf(perUserAcl).map((entry, index) => aclEntryPair(index + 1, entry)),
    ...entriesOf(perUserIpv6Acl).map((entry, index) => aclEntryPair(index + 1, entry, 'ipv6')),
  ];
  const lengths = pairs.map(pair => avPair(pair).value.length);
  const isTooMuch = lengths.reduce((sum, bytes) => sum + overheadBytes + bytes, 0) > budgetBytes;
  return isTooMuch || lengths.some(bytes => bytes + overheadBytes > 255) ? undefined : pairs;
}

/** Of a vendor-specific attribute (RFC 2865 section 5.26). */
const overheadBytes = 8;
