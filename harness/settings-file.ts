import {defaultSettings, type LabSettings} from '#harness/lab-settings.ts';
import type {Topology} from '#harness/topology.ts';
import {hostModes} from '#protocol/nad/host-mode.ts';

/** Settings that were read from a file cannot be those of a lab; the message says where. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Groups whose names are the user's own. */
const open: readonly string[] = [
  'settings.profile.fields',
  'settings.endpoint.facts',
  'settings.clocks',
  'settings.nad.hostModes',
];

/**
Settings as a file has them, each of the kind that the lab's own setting is. One that the file does not have is the lab's own: it is
younger than the file. Throws `SettingsError`.
*/
export function readSettings(given: unknown, topology: Topology): LabSettings {
  const settings = read(given, defaultSettings(topology), 'settings') as LabSettings;
  if (settings.timeScale < 0.1 || settings.timeScale > 1000)
    throw new SettingsError('settings.timeScale must be from 0.1 to 1000');
  if (Object.values(settings.clocks).some(offsetMs => !Number.isFinite(offsetMs)))
    throw new SettingsError('settings.clocks must be numbers by name, in milliseconds');
  const {hostMode, hostModes: others} = settings.nad;
  if (![hostMode, ...Object.values(others)].every(mode => hostModes.includes(mode)))
    throw new SettingsError(`settings.nad.hostMode and hostModes must be ${hostModes.join(', ')}`);
  return settings;
}

function read(given: unknown, own: unknown, path: string): unknown {
  const refuse = (what: string) => new SettingsError(`${path} must be ${what}`);
  if (typeof own === 'number') {
    if (typeof given === 'number' && Number.isFinite(given) && given >= 0) return given;
    throw refuse('a number, 0 or more');
  }
  if (typeof own === 'string' || typeof own === 'boolean') {
    if (typeof given === typeof own) return given;
    throw refuse(typeof own === 'string' ? 'text' : 'true or false');
  }
  if (own === null) {
    if (given === null || typeof given === 'string' || isTexts(given)) return given;
    throw refuse('null, text or a list of texts');
  }
  if (Array.isArray(own)) {
    const isAlike = own.length === 0 || typeof own[0] === 'string' ? isTexts(given) : isObjects(given);
    if (isAlike) return given;
    throw refuse('a list of its kind');
  }
  if (given === undefined && Object.keys(own as object).length === 0) return own;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw refuse('an object');
  if (open.includes(path)) return given;
  const fields = new Map<string, unknown>(Object.entries(given));
  const isGroup = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  return Object.fromEntries(
    Object.entries(own as object).map(([name, value]) => {
      if (!fields.has(name) && !isGroup(value)) return [name, value];
      return [name, read(fields.get(name), value, `${path}.${name}`)];
    }),
  );
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(item => typeof item === 'string');
}

function isObjects(value: unknown): boolean {
  return Array.isArray(value) && value.every(item => typeof item === 'object' && item !== null);
}
