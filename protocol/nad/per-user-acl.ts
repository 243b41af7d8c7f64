import {hash} from 'node:crypto';
import type {Acl} from '#protocol/dacl/acl.ts';
import {perUserAclName} from '#protocol/dacl/name.ts';
import {parseAcl} from '#protocol/dacl/parse.ts';
import {readPerUserEntries} from '#protocol/radius/acl-download.ts';
import type {RadiusPacket} from '#protocol/radius/packet.ts';

/**
The list that an Access-Accept holds entry by entry (`ip:inacl#<n>=`, `ipv6:inacl#<n>=`; Cisco's per-user ACL), null if it holds none,
or why there can be none. Like a dACL it is the whole list or nothing.
*/
export function readPerUserAcl(
  accept: RadiusPacket,
  interfaceName: string,
  family: Acl['family'],
): {acl: Acl | null} | {problem: string} {
  const read = readPerUserEntries(accept, family);
  if (!read.ok) return {problem: `the server's own entries cannot be used: ${read.reason}`};
  if (read.entries.length === 0) return {acl: null};
  const text = read.entries.join('\n');
  const digest = hash('sha1', text).slice(0, 8);
  const {acl, problems} = parseAcl(text, {name: perUserAclName(interfaceName, digest, family), family});
  const error = problems.find(({severity}) => severity === 'error');
  if (error === undefined) return {acl};
  return {problem: `the server's own entries cannot be used: ${read.entries[error.line - 1]}: ${error.message}`};
}
