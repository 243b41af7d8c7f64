import 'reflect-metadata'; // @peculiar/x509 needs it first
import {webcrypto} from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

const algorithm = {name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256'};
const dayMs = 86_400_000;

/** A certificate with its key, PEM texts. */
export interface Certificate {
  cert: string;
  key: string;
}

/** A certificate authority made for one lab: what the agents trust, and what signs the PSNs' server certificates. */
export interface CertificateAuthority {
  cert: string;
  /**
  A certificate for these names and addresses (SAN, domain.md 4.5), for a server or a client, good for a year from an hour ago; an
  expired one was good until yesterday.
  */
  issue(
    commonName: string,
    names: string[],
    addresses: string[],
    options?: {isExpired?: boolean},
  ): Promise<Certificate>;
}

export async function createAuthority(commonName: string): Promise<CertificateAuthority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=${commonName}`,
    ...validity(),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    cert: root.toString('pem'),
    async issue(leafName, names, addresses, {isExpired = false} = {}) {
      const leafKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const leaf = await x509.X509CertificateGenerator.create({
        serialNumber: serial(),
        subject: [{CN: [leafName.replaceAll('\\', '\\\\')]}], // a backslash would escape what follows it
        issuer: root.subject,
        ...validity(isExpired ? -366 * dayMs : 0),
        signingKey: keys.privateKey,
        publicKey: leafKeys.publicKey,
        signingAlgorithm: algorithm,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
          ...(names.length + addresses.length === 0 ? [] : [alternativeNames(names, addresses)]),
        ],
      });
      const key = await webcrypto.subtle.exportKey('pkcs8', leafKeys.privateKey);
      return {cert: leaf.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY')};
    },
  };
}

function alternativeNames(names: string[], addresses: string[]): x509.SubjectAlternativeNameExtension {
  return new x509.SubjectAlternativeNameExtension([
    ...names.map(value => ({type: 'dns' as const, value})),
    ...addresses.map(value => ({type: 'ip' as const, value})),
  ]);
}

function validity(shiftMs = 0): {notBefore: Date; notAfter: Date} {
  const now = Date.now() + shiftMs;
  return {notBefore: new Date(now - 3_600_000), notAfter: new Date(now + 365 * dayMs)};
}

function serial(): string {
  return `0${Buffer.from(webcrypto.getRandomValues(new Uint8Array(15))).toString('hex')}`;
}
