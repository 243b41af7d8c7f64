/** `--set KEY=VALUE`: one knob of a lab by its name on the command line. */
import {dot1xChoices} from '#harness/dot1x-settings.ts';
import {impairmentWords, readImpairmentWord} from '#harness/impairment-text.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import type {LinkSetting} from '#harness/link-directions.ts';
import {meantInstead} from '#harness/meant-instead.ts';
import {hostModes} from '#protocol/nad/host-mode.ts';
import {longestReauthS} from '#protocol/psn/policy-editor.ts';

/** The key or the value of a `--set` is wrong; `message` names what is possible. */
export class SetOptionError extends Error {
  override readonly name = 'SetOptionError';
}

/**
Applies one assignment and gives new settings. Keys are the paths of `LabSettings`; a span of time is named without its
unit and takes one (`nad.aclInstallDelay=4s`, `250ms`, plain numbers are milliseconds); `profile` takes a whole XML text,
`profile.ELEMENT` one element (`profile.StateSyncProbeInterval=` removes it); `endpoint.facts.NAME` a host fact;
`clocks.NODE` sets a clock wrong (`clocks.psn1=-10m`); `nad.hostMode.PORT` is one port's host mode; `links.LINK.WORD` and `links.LINK.FROM.WORD` make a link misbehave from the start (`links.psn1.nad.loss=1%`). Values from files (`@path`) have been read by the caller. Throws `SetOptionError` or `ImpairmentError`.
*/
export function applySetOption(settings: LabSettings, key: string, value: string): LabSettings {
  if (key === 'profile') return {...settings, profile: {...settings.profile, xml: value}};
  if (key.startsWith('profile.')) {
    const fields = {...settings.profile.fields, [key.slice('profile.'.length)]: value === '' ? null : value};
    return {...settings, profile: {...settings.profile, fields}};
  }
  if (key.startsWith('endpoint.facts.')) {
    const facts = {...settings.endpoint.facts, [key.slice('endpoint.facts.'.length)]: readScalar(value)};
    return {...settings, endpoint: {...settings.endpoint, facts}};
  }
  if (key === 'auth') return {...settings, auth: readChoice(key, ['mab', 'dot1x'] as const, value)};
  if (key.startsWith('links.')) return {...settings, links: [...settings.links, readLinkSetting(key, value)]};
  if (key.startsWith('clocks.')) {
    const offsetMs = readClockOffset(`--set ${key}=${value}`, value);
    return {...settings, clocks: {...settings.clocks, [key.slice('clocks.'.length)]: offsetMs}};
  }
  if (key === 'nad.hostMode' || key.startsWith('nad.hostMode.'))
    return {...settings, nad: withHostMode(settings.nad, key, value)};
  if (key === 'timeScale') return {...settings, timeScale: readPositive(key, value)};
  return assign(settings, key, value);
}

const sections = ['dacl', 'endpoint', 'nad', 'psn', 'redirect', 'dot1x'] as const;

/** Every key that `applySetOption` knows, for help and completion. */
export function settableKeys(settings: LabSettings): string[] {
  const keys = sections.flatMap(section =>
    Object.entries(settings[section])
      .filter(([, value]) => typeof value !== 'object' || value === null || Array.isArray(value))
      .filter(([, value]) => !Array.isArray(value) || value.every(item => typeof item === 'string'))
      .map(([name]) => `${section}.${name.replace(/Ms$/, '')}`),
  );
  return [
    'profile',
    'profile.ELEMENT',
    'endpoint.facts.NAME',
    'clocks.NODE',
    'nad.hostMode.PORT',
    'links.LINK.WORD',
    'links.LINK.FROM.WORD',
    'timeScale',
    'auth',
    ...keys,
  ];
}

/** Without a port: of all of them, whatever the topology says. */
function withHostMode(nad: LabSettings['nad'], key: string, value: string): LabSettings['nad'] {
  const hostMode = readChoice(key, hostModes, value);
  const port = key.slice('nad.hostMode.'.length);
  return port === '' ? {...nad, hostMode, hostModes: {}} : {...nad, hostModes: {...nad.hostModes, [port]: hostMode}};
}

function readLinkSetting(key: string, value: string): LinkSetting {
  const [, link = '', ...rest] = key.split('.');
  const word = rest.pop();
  if (link === '' || word === undefined || rest.length > 1) {
    const words = Object.keys(impairmentWords).join(', ');
    throw new SetOptionError(
      `--set ${key}: expected links.LINK.WORD or links.LINK.FROM.WORD, the word one of ${words}`,
    );
  }
  return {link, from: rest[0] ?? null, change: readImpairmentWord(word, `--set ${key}=${value}`, value)};
}

function assign(settings: LabSettings, key: string, value: string): LabSettings {
  const [section = '', name = ''] = key.split('.');
  if (!settableKeys(settings).includes(key) || !isSection(section)) {
    throw new SetOptionError(`--set ${key}: there is no such setting; ${meantInstead(key, settableKeys(settings))}`);
  }
  const values: Record<string, unknown> = {...settings[section]};
  const field = Object.hasOwn(values, name) ? name : `${name}Ms`;
  return {...settings, [section]: {...values, [field]: readAs(key, values[field], field, value)}};
}

function isSection(section: string): section is (typeof sections)[number] {
  return sections.some(known => known === section);
}

const portalPorts = ['redirect.portalPort', 'redirect.bidirectionalPort'];

function readAs(key: string, present: unknown, field: string, value: string): unknown {
  if (key === 'psn.reauthTimerMs') return readReauthTimer(key, value);
  if (field.endsWith('Ms')) return readDuration(key, value);
  if (key === 'psn.syslogPort') return readPort(key, value);
  if (portalPorts.includes(key)) return readPortalPort(key, value);
  if (typeof present === 'number') return readPositive(key, value);
  if (typeof present === 'boolean') return readBoolean(key, value);
  if (Array.isArray(present) || present === null)
    return value
      .split(',')
      .map(item => item.trim())
      .filter(item => item !== '');
  const choices = Object.entries(choicesOf).find(([name]) => name === field)?.[1];
  return choices ? readChoice(key, choices, value) : value;
}

const choicesOf = {
  ...dot1xChoices,
  daclFailure: ['deny', 'permitOpen'],
  ipUnknownPolicy: ['notEnforced', 'anySource'],
  aclDelivery: ['byName', 'perUser'],
  reauthConnectivity: ['DEFAULT', 'RADIUS_REQUEST'],
};

function readChoice<Choice extends string>(key: string, choices: readonly Choice[], value: string): Choice {
  const choice = choices.find(candidate => candidate === value);
  if (choice === undefined) throw new SetOptionError(`--set ${key}=${value}: expected one of ${choices.join(', ')}`);
  return choice;
}

function readDuration(key: string, value: string): number {
  const ms = spanMs(/^(\d+(?:\.\d+)?)(ms|s|m|)$/, value);
  if (ms === undefined)
    throw new SetOptionError(`--set ${key}=${value}: expected a span of time such as 250ms, 4s or 2m`);
  return ms;
}

/** How far a clock is off, in milliseconds: ahead, or behind with a minus. Throws `SetOptionError`. */
export function readClockOffset(place: string, value: string): number {
  const ms = spanMs(/^([+-]?\d+(?:\.\d+)?)(ms|s|m|h|d|)$/, value);
  if (ms === undefined)
    throw new SetOptionError(`${place}: expected how far the clock is off, such as +90s, -10m, 2h or 3d`);
  return ms;
}

const unitsMs: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** `form`: count and unit, which is milliseconds if it is left out. */
function spanMs(form: RegExp, value: string): number | undefined {
  const [, count, unit = ''] = form.exec(value) ?? [];
  return count === undefined ? undefined : Number(count) * (unitsMs.get(unit) ?? 1);
}

/** Access-Accepts have it in seconds. */
function readReauthTimer(key: string, value: string): number {
  const ms = readDuration(key, value);
  if (ms > longestReauthS * 1000)
    throw new SetOptionError(`--set ${key}=${value}: expected 0 to ${longestReauthS} seconds`);
  return ms;
}

function readPositive(key: string, value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number) || number <= 0) {
    throw new SetOptionError(`--set ${key}=${value}: expected a number above 0`);
  }
  return number;
}

function readPort(key: string, value: string): number {
  const port = readPositive(key, value);
  if (!Number.isInteger(port) || port > 65_535)
    throw new SetOptionError(`--set ${key}=${value}: expected a UDP port, 1 to 65535`);
  return port;
}

/** domain.md 8.3. */
function readPortalPort(key: string, value: string): number {
  const port = readPositive(key, value);
  if (!Number.isInteger(port) || port < 8000 || port > 8999)
    throw new SetOptionError(`--set ${key}=${value}: expected a port of a portal, 8000 to 8999`);
  return port;
}

function readBoolean(key: string, value: string): boolean {
  if (value !== 'true' && value !== 'false') throw new SetOptionError(`--set ${key}=${value}: expected true or false`);
  return value === 'true';
}

function readScalar(value: string): string | number | boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
}
