import {encodeRedirectUrl} from '#protocol/posture/redirect-url.ts';
import type {AuthorizationProfile} from '#protocol/psn/contract.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';
import {portalsOf} from '#protocol/psn/portals.ts';
import {avPair} from '#protocol/radius/attributes.ts';
import type {RadiusAttribute} from '#protocol/radius/packet.ts';

const tokenBytes = 16;

/** What an authorization profile with web redirection adds to an Access-Accept (domain.md 5.3). A portal that is gone: the default one. */
export function redirectPairs(
  redirect: AuthorizationProfile['redirect'],
  sessionId: string,
  {settings, randomBytes}: NodeState,
): RadiusAttribute[] {
  if (redirect === undefined) return [];
  const portals = portalsOf(settings);
  const {id: portal, httpsPort: port} = portals.find(({name}) => name === redirect.portal) ?? portals[0];
  const token = Array.from(randomBytes(tokenBytes), byte => byte.toString(16).padStart(2, '0')).join('');
  const url = encodeRedirectUrl({host: settings.fqdn, port, sessionId, portal, token});
  return [avPair(`url-redirect-acl=${redirect.acl}`), avPair(`url-redirect=${url}`)];
}
