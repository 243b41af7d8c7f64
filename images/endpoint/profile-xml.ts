import {readXmlElements} from '#images/endpoint/xml-elements.ts';
import {type ProfileResult, readProfile} from '#protocol/agent/profile.ts';
import {profileDigest} from '#protocol/posture/profile-digest.ts';

/** Reads the text of ISEPostureCFG.xml. What is wrong with it is told by line and column; never throws. */
export function readProfileXml(text: string): ProfileResult {
  const reading = readXmlElements(text);
  if (reading.kind === 'elements') {
    const result = readProfile(reading.elements);
    return result.kind === 'read' ? {...result, digest: profileDigest(text)} : result;
  }
  const {line, column, message, fix} = reading;
  return {kind: 'refused', problems: [{severity: 'error', code: 'xml', line, column, message, fix}]};
}

/** Reads the text of ConnectionData.xml. A file that is damaged remembers nobody, as if it were not there. */
export function readConnectionData(text: string): string[] {
  const reading = readXmlElements(text);
  if (reading.kind === 'malformed') return [];
  return reading.elements.filter(({name}) => name === 'PSN').map(({value}) => value.trim());
}
