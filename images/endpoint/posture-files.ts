import {appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {readConnectionData, readProfileXml} from '#images/endpoint/profile-xml.ts';
import {encodeConnectionData} from '#protocol/agent/agent-files.ts';
import type {ProfileResult} from '#protocol/agent/profile.ts';

/** The folder of Secure Client 5 on Linux (domain.md 4.6), and a place of ours for the log that DART would collect. */
const folder = '/opt/cisco/secureclient/iseposture';
const profilePath = join(folder, 'ISEPostureCFG.xml');
const connectionDataPath = join(folder, 'ConnectionData.xml');
const logPath = '/var/log/posturelab/AnyConnect_ISEPosture.txt';

/** The agent's files. They outlive its process and its container's power; people may edit them between two starts. */
export class PostureFiles {
  constructor() {
    for (const path of [folder, dirname(logPath)]) mkdirSync(path, {recursive: true});
  }

  /** Writes the files of a fresh installation, where there are none yet. */
  install({profileXml, knownPsns}: {profileXml: string; knownPsns: string[]}): void {
    if (!existsSync(profilePath)) this.writeProfile(profileXml);
    if (!existsSync(connectionDataPath)) this.writeKnownPsns(knownPsns);
  }

  readProfile(): ProfileResult {
    const text = readIfThere(profilePath);
    return text === undefined ? {kind: 'absent'} : readProfileXml(text);
  }

  writeProfile(xml: string): void {
    replace(profilePath, xml);
  }

  readKnownPsns(): string[] {
    return readConnectionData(readIfThere(connectionDataPath) ?? '');
  }

  writeKnownPsns(psns: string[]): void {
    replace(connectionDataPath, encodeConnectionData(psns));
  }

  appendLog(line: string): void {
    appendFileSync(logPath, `${line}\n`);
  }

  readLog(): string {
    return readIfThere(logPath) ?? '';
  }
}

/** Whoever reads at the same time sees the old text or the new one, never a half. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
