import {XMLBuilder, XMLParser, XMLValidator} from 'fast-xml-parser';
import {remembered} from '#protocol/remembered.ts';

/** The user's profile is no XML, or not one element with elements in it. */
export class ProfileXmlError extends Error {
  override readonly name = 'ProfileXmlError';
}

/**
The text of ISEPostureCFG.xml that an endpoint starts with: the user's own, or the lab's (the sample of TAC 222483 with the
lab's PSNs to call home to), with single elements changed. The root's name was not found (domain.md 8.2); ours is `cfg`.
Throws `ProfileXmlError` with line and column.
*/
export const profileXml = remembered(write, (...given) => JSON.stringify(given));

const builder = new XMLBuilder({format: true, suppressEmptyNode: true});

function write(
  {xml, fields}: {xml: string | null; fields: Record<string, string | null>},
  callHomeList: string[],
): string {
  if (xml !== null && Object.keys(fields).length === 0) return xml; // byte for byte what the user gave
  const elements = xml === null ? {...sample, CallHomeList: callHomeList.join(',')} : readElements(xml);
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) delete elements[name];
    else elements[name] = value;
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({cfg: elements})}`;
}

function readElements(xml: string): Record<string, string> {
  const valid = XMLValidator.validate(xml);
  if (valid !== true) {
    const {line, col, msg} = valid.err;
    throw new ProfileXmlError(`the profile is not XML: line ${line}, column ${col}: ${msg}`);
  }
  const document: unknown = new XMLParser({
    parseTagValue: false,
    ignoreDeclaration: true,
    processEntities: false,
  }).parse(xml);
  const root: unknown = Object.values(document as object)[0];
  if (typeof root !== 'object' || root === null) {
    throw new ProfileXmlError(
      'the profile has no elements: expected one root element with elements such as StateSyncProbeInterval in it',
    );
  }
  return Object.fromEntries(Object.entries(root).map(([name, value]) => [name, String(value)]));
}

/** The elements and values printed in TAC 222483. */
const sample: Record<string, string> = {
  ServerNameRules: '*',
  OperateOnNonDot1XWireless: '0',
  NonCompliantButtonText: '',
  GracePeriodStartDescriptionDetails: '',
  RemediationTimer: '12',
  DhcpRenewDelay: '1',
  CallHomeList: '',
  LogFileSize: '5',
  WarningTimer: '0',
  PRARetransmissionTime: '120',
  EnableAgentIpRefresh: '0',
  NetworkTransitionDelay: '10',
  DartCount: '3',
  CwaByodProbingInterval: '10',
  NonCompliantTitle: '',
  NonCompliantDescriptionDetails: '',
  PingArp: '0',
  DhcpReleaseDelay: '4',
  StealthWithNotification: '0',
  NonCompliantButtonLink: '',
  SignatureCheck: '0',
  DiscoveryHost: '',
  StateSyncProbeInterval: '10',
  GracePeriodStartDescription: '',
  EnableRescanButton: '1',
  VlanDetectInterval: '0',
  DisableUAC: '0',
};
