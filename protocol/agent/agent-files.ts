/** The agent's files as text. Reading them is the shell's: it has the XML parser. */

import type {Profile} from '#protocol/agent/profile.ts';
import {profileFields} from '#protocol/agent/profile-fields.ts';

/** ISEPostureCFG.xml. The root's name was not found (domain.md 8.2); `cfg` is ours. */
export function encodeProfile(profile: Readonly<Profile>): string {
  const lines = (Object.keys(profileFields) as (keyof Profile)[]).flatMap(name => encodeField(profile, name));
  return document('cfg', lines);
}

/** ConnectionData.xml: PSNs met before, latest first. Its real elements were not found; these are ours. */
export function encodeConnectionData(psns: readonly string[]): string {
  return document(
    'ConnectionData',
    psns.map(psn => `  <PSN>${escapeXml(psn)}</PSN>`),
  );
}

function document(root: string, lines: string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>\n${lines.map(line => `${line}\n`).join('')}</${root}>\n`;
}

function encodeField<Name extends keyof Profile>(profile: Readonly<Profile>, name: Name): string[] {
  const {element, write} = profileFields[name];
  const text = write(profile[name]);
  if (text === null) return [];
  return [text === '' ? `  <${element}/>` : `  <${element}>${escapeXml(text)}</${element}>`];
}

/** Characters that XML 1.0 cannot hold at all are left out. */
function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}
