/** From a topology and settings to what each container is begun with: its role's plan and the lab's certificates. */

import {isIP} from 'node:net';
import {certificateNames} from '#harness/certificate-names.ts';
import {type Certificate, type CertificateAuthority, createAuthority} from '#harness/certificates.ts';
import {fqdn, type LabSettings} from '#harness/lab-settings.ts';
import {hostsOf, planRoles, type SupplicantPlan} from '#harness/role-plan.ts';
import type {Topology} from '#harness/topology.ts';
import type {DeskSwitchSettings} from '#images/desk-switch/settings.ts';
import type {EndpointNodeSettings} from '#images/endpoint/settings.ts';
import type {NadNodeSettings} from '#images/nad/settings.ts';
import type {PsnNodeSettings} from '#images/psn/settings.ts';

export type NodePlan =
  | {node: string; kind: 'endpoint'; settings: EndpointNodeSettings}
  | {node: string; kind: 'nad'; settings: NadNodeSettings}
  | {node: string; kind: 'psn'; settings: PsnNodeSettings}
  | {node: string; kind: 'desk-switch'; settings: DeskSwitchSettings};

/** One plan a node, in the order of declaration. Makes the lab's certificates. */
export async function planNodes(topology: Topology, settings: LabSettings): Promise<NodePlan[]> {
  const [trusted, stranger] = await Promise.all([createAuthority('posturelab CA'), createAuthority('some other CA')]);
  return Promise.all(
    planRoles(topology, settings).map(async (plan): Promise<NodePlan> => {
      if (plan.kind === 'endpoint') {
        const {supplicant} = plan.settings;
        const client = await clientCertificate(supplicant, {trusted, stranger});
        return {
          ...plan,
          settings: {...plan.settings, supplicant: supplicant && {...supplicant, client}, ca: trusted.cert},
        };
      }
      if (plan.kind === 'nad' || plan.kind === 'desk-switch') return plan;
      const authority = settings.psn.untrusted.includes(plan.node) ? stranger : trusted;
      const certified = certificateNames(plan, settings);
      const names = certified.filter(name => !isIP(name));
      const certificate = await authority.issue(fqdn(plan.node), names, certified.filter(isIP));
      const tls = {ca: trusted.cert, ...certificate};
      return {...plan, settings: {...plan.settings, tls, hosts: hostsOf(topology)}};
    }),
  );
}

async function clientCertificate(
  supplicant: SupplicantPlan | null,
  {trusted, stranger}: {trusted: CertificateAuthority; stranger: CertificateAuthority},
): Promise<Certificate | null> {
  if (supplicant?.eap !== 'tls') return null;
  const {user, clientCertificate: kind} = supplicant;
  const authority = kind === 'unknown-ca' ? stranger : trusted;
  return authority.issue(user, [], [], {isExpired: kind === 'expired'});
}
